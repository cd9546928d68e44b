import { once } from "node:events";

/** To standard output. A reader that is slow is waited for, so that nothing piles up here. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** A line to standard error. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
