import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Prints a progress line on stderr, because making a server takes long. */
export function say(line: string): void {
  process.stderr.write(`test servers: ${line}\n`);
}

/** Returns the path of a program, or null if it is not found. By default it searches PATH, and folders that a normal user's PATH lacks. */
export async function findProgram(name: string, folders = usualFolders()): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // The program is not in this folder.
    }
  }
  return null;
}

function usualFolders(): string[] {
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...path, "/usr/sbin", "/sbin", "/usr/local/go/bin"];
}

export type CommandOptions = { cwd?: string; env?: NodeJS.ProcessEnv; input?: string };

/**
 * Runs a program and returns its standard output.
 *
 * @throws Error with its last output if it cannot be started or its exit code is not 0.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    let output = "";
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      printed = lastPart(printed + chunk.toString());
    });
    child.stderr.on("data", (chunk: Buffer) => {
      printed = lastPart(printed + chunk.toString());
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${signal ?? code}:\n${lastLines(printed, 15)}`));
    });
    // A program that does not read its input may close it before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Returns the last `count` lines that are not blank. */
export function lastLines(text: string, count: number): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}

function lastPart(text: string): string {
  return text.slice(-16_384);
}
