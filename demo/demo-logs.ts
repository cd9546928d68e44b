import { logOf } from "./log-text.ts";
import type { DemoPlan } from "./plan-demo.ts";

/** Returns the text of the log at a path; null if the log host has lost it, or never had it. */
export function logTextAt({ logs, longLog, size }: DemoPlan, path: string): string | null {
  const job = logs.get(path);
  if (job === undefined) return null;
  const { lines } = logOf(job, path === longLog ? size.longLogLines : 0);
  return `${lines.join("\n")}\n`;
}
