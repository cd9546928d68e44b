import { printable } from "../../domain/text/printable.ts";
import type { Seen } from "../../queries/seen-message.ts";
import { cutName } from "./cut-to-width.ts";
import { errorLine } from "./error-line.ts";

/**
 * Renders a message as text: one line, and another line for each error. Names are cut, because they are untrusted and may be of
 * any length.
 */
export function renderSeen(seen: Seen): string {
  const { received_at, exchange, routing_key, verdict, project, task_id, state, result, errors } = seen;
  const time = received_at.slice("2026-01-05T".length, -1);
  const job = [
    project ?? "?",
    task_id ?? "?",
    state ?? "?",
    ...(state === "completed" && result !== null ? [result] : []),
  ];
  const line = [time, verdict.padEnd(8), ...[exchange, routing_key, ...job].map(cutName)].join("  ");
  return `${[printable(line), ...errors.map(errorLine)].join("\n")}\n`;
}
