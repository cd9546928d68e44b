import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** So many processes may end before they are seen at work. A test that the machine keeps waiting looks too late now and then. */
const ATTEMPTS = 20;

/**
 * Starts a process, and kills it as soon as its work is under way. One that ended before that was seen is replaced by another.
 *
 * @param begin - prepares what the process works on, and starts it.
 * @param isUnderWay - asked each millisecond.
 * @returns the process that was killed.
 * @throws Error if none was seen at work, or if one failed.
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
