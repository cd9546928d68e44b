// This file is plain JavaScript, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectFolder = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the project's folder. If it fails, ends this process with its exit code. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: projectFolder,
    stdio: ["inherit", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  if (error) process.stderr.write(`error: ${command} cannot be run: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Installs the dependencies unless they are up to date, and builds `dist/`. */
export function installAndBuild() {
  install();
  process.stderr.write("Building ...\n");
  run("npm", ["run", "--silent", "build"]);
}

/** Installs the dependencies unless they are up to date. */
export function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`error: Node.js 20.19 or newer is needed; this is ${process.version}\n`);
    process.exit(2);
  }
  // npm writes this file at the end of an installation.
  const installed = join(projectFolder, "node_modules", ".package-lock.json");
  const locked = join(projectFolder, "package-lock.json");
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs) {
    process.stderr.write("Installing the dependencies ...\n");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  }
}
