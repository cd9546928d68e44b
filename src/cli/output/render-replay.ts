import { clientIdOf } from "../../domain/origin.ts";
import { counted } from "../../domain/text/counted.ts";
import type { Replayed } from "../../ingest/replay/replay-archive.ts";
import type { ReplayEnd, SenderCount } from "../../ingest/replay/replay-count.ts";
import { columns } from "./columns.ts";
import { cutName } from "./cut-to-width.ts";

const replayed: readonly ReplayEnd[] = ["stored", "unchanged", "skipped", "rejected", "failed"];
const judged: readonly ReplayEnd[] = ["accepted", "skipped", "rejected", "failed"];

/**
 * Renders the counts of a replay as a table, with a row for each sender. @param isDryRun - whether the messages were only judged.
 */
export function renderReplay({ count }: Replayed, isDryRun: boolean): string {
  const ends = isDryRun ? judged : replayed;
  const senders = count.senders();
  const rows = senders.map((sender) => [cutName(sender.sender), ...cells(sender, ends), reasonsOf(sender)]);
  const sum = ["all", ...cells(sumOf(senders), ends), ""];
  return columns([["from", "messages", ...ends, "reasons"], ...rows, ...(senders.length > 1 ? [sum] : [])]);
}

/** Returns the result as `--json` prints it. @param rest - further members of the JSON object. */
export function replayJson({ count, lost, isDone }: Replayed, isDryRun: boolean, rest: object): object {
  const ends = isDryRun ? judged : replayed;
  const senders = count.senders();
  const sum = sumOf(senders);
  return {
    dry_run: isDryRun,
    done: isDone,
    ...rest,
    messages: sum.messages,
    jobs: allOf(sum, ends),
    senders: senders.map(({ origin, sender, reasons, ...each }) => ({
      origin,
      ...(origin === "rest" ? { client_id: clientIdOf(sender) } : { exchange: sender }),
      messages: each.messages,
      jobs: allOf(each, ends),
      reasons,
    })),
    lost: lost.map(({ head: { id, from, to, messages }, why }) => ({ segment: id, from, to, messages, why })),
  };
}

/** Returns a line for each segment that could not be read. */
export function renderLost({ lost }: Replayed): string[] {
  return lost.map(
    ({ head, why }) =>
      `segment ${head.id} with ${counted(head.messages, "message")} from ${head.from} to ${head.to} was left out: ${why}`,
  );
}

type Counts = Pick<SenderCount, "messages" | "ends">;

function cells({ messages, ends }: Counts, wanted: readonly ReplayEnd[]): string[] {
  return [messages, ...wanted.map((end) => ends[end] ?? 0)].map(String);
}

function allOf({ ends }: Pick<Counts, "ends">, wanted: readonly ReplayEnd[]): object {
  return Object.fromEntries(wanted.map((end) => [end, ends[end] ?? 0]));
}

function reasonsOf({ reasons }: SenderCount): string {
  return Object.entries(reasons)
    .map(([reason, jobs]) => `${jobs} ${reason}`)
    .join(", ");
}

function sumOf(senders: readonly SenderCount[]): Counts {
  const sum = (numbers: readonly (number | undefined)[]): number =>
    numbers.reduce<number>((total, number = 0) => total + number, 0);
  const all: readonly ReplayEnd[] = ["accepted", ...replayed];
  return {
    messages: sum(senders.map(({ messages }) => messages)),
    ends: Object.fromEntries(all.map((end) => [end, sum(senders.map(({ ends }) => ends[end]))])),
  };
}
