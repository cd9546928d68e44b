import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** One line of progress on stderr: making a server takes long enough to make a reader wonder. */
export function say(line: string): void {
  process.stderr.write(`test servers: ${line}\n`);
}

/** The path of a program, or null. If not told where, looks through PATH and what a plain user's PATH leaves out. */
export async function findProgram(name: string, folders = usualFolders()): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
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
 * Runs a program to its end and gives its standard output.
 *
 * @throws Error with the last lines of what it printed, when it cannot be started or ends with another code than 0.
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
    // A program that does not read its input may have closed it before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** The last `count` lines that say something. */
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
