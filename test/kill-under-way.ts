import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** How many processes may end before they are seen at work. On a busy machine, a test sometimes looks too late. */
const ATTEMPTS = 20;

/**
 * Starts a process, and kills it as soon as its work is in progress. A process that ended before that was seen is replaced by another.
 * @param begin - prepares the data that the process works on, and starts the process.
 * @param isUnderWay - called each millisecond.
 * @returns the process that was killed.
 * @throws Error if no process was seen at work, or if one failed.
 */
export async function killUnderWay(
  begin: () => ChildProcess,
  isUnderWay: (child: ChildProcess) => boolean,
): Promise<ChildProcess> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const child = begin();
    const exited = once(child, "exit");
    while (child.exitCode === null && !isUnderWay(child)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    child.kill("SIGKILL");
    await exited;
    if (child.signalCode === "SIGKILL") return child;
    if (child.exitCode !== 0) throw new Error(`the process failed with code ${child.exitCode}`);
  }
  throw new Error(`none of ${ATTEMPTS} processes was seen at work`);
}
