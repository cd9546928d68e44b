import {
  type Publication,
  type PublicationEnd,
  publishMessages,
} from "../../broker/tools/publish-messages.ts";
import { brokerUrl, readSettings } from "../../config/read-settings.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { faultErrors } from "../../domain/explain-fault.ts";
import { OTHER_EXCHANGES } from "../../domain/rejection.ts";
import { printable } from "../../domain/text/printable.ts";
import { unlessAway } from "../../ingest/progress/unless-away.ts";
import { judgeLimitNames } from "../../judge/judge-limits.ts";
import type { JobVerdict } from "../../judge/verdict.ts";
import type { Store } from "../../store/ports/store.ts";
import { loadSchemas } from "../../validate/validate-job.ts";
import { brokerName } from "../options/broker-name.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readWait } from "../options/read-wait.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { errorLine } from "../output/error-line.ts";
import { print, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { type Awaited, awaitEnd, type End, toAwaited } from "./await-end.ts";
import { readInput } from "./read-input.ts";
import { judgeFrom, judgeMessage, messagesOf } from "./validate.ts";

const CONFIRM_TIMEOUT_MS = 30_000;

/**
 * `publish`: publishes the messages of a file to an exchange. Exit code 0 if the broker has confirmed all of them and could route
 * each to a queue. 1 if a message is invalid; nothing is published then. 3 if a message is unroutable or not confirmed. With
 * `--wait` also: 1 if a message was rejected, 3 if the store does not show the outcome of a message in time.
 */
export async function publish(
  env: NodeJS.ProcessEnv,
  file: string,
  options: CommandOptions,
): Promise<number> {
  const exchange = brokerName(options["exchange"], "--exchange");
  const routingKey = brokerName(options["routingKey"], "--routing-key");
  const waitMs = readWait(options);
  const brokerNames = ["AMQP_URL", "AMQP_URL_FILE", ...judgeLimitNames] as const;
  // Without `--wait` the store is not needed, so its settings are not checked.
  const settings = readSettings(env, waitMs === null ? brokerNames : [...brokerNames, ...storeSettingNames]);
  const schemas = loadSchemas();
  const messages = messagesOf(await readInput(file));
  if (options["validate"] !== false) {
    const verdicts = messages.flatMap((message) => judgeMessage(message, settings, schemas));
    if (reportInvalid(file, verdicts)) return exitCodes.failed;
  }
  const bodies = messages.map(({ body }) => body);
  const url = await brokerUrl(settings);
  const publication = { url, exchange, routingKey, bodies, timeoutMs: CONFIRM_TIMEOUT_MS };
  if (waitMs === null) return publishOnly(publication);
  return withStore(settings, "refuse", async (store) => {
    const sent = bodies.map((body): Delivery => {
      const receivedAtMs = Date.now();
      return { exchange, routingKey, redelivered: false, receivedAtMs, body, oversize: null };
    });
    const waiting: Waiting[] = [];
    for (const [index, delivery] of sent.entries()) {
      for (const verdict of judgeFrom(delivery, settings, schemas)) {
        const awaited = verdict.kind === "skipped" ? null : await toAwaited(delivery, verdict, store);
        waiting.push({ place: `${printable(file)}[${index}]`, awaited });
      }
    }
    const countedBefore = await countOnlyCounted(store, exchange);
    const code = await publishOnly(publication);
    if (code !== exitCodes.ok) return code;
    const end = await printEnds(waiting, store, waitMs);
    if (end !== exitCodes.timeout) return end;
    // If the store is away by now, the outcomes that are already printed still hold.
    const counted = await unlessAway(() => countOnlyCounted(store, exchange));
    const onlyCounted = (counted ?? countedBefore) - countedBefore;
    if (onlyCounted > 0) tell(onlyCountedHint(exchange, onlyCounted));
    return end;
  });
}

/**
 * Returns how many rejections were only counted, because the daily quota of the exchange was full. The rejections of all exchanges that
 * the registry does not list are included, because they share a quota.
 */
async function countOnlyCounted(store: Pick<Store, "listOnlyCounted">, exchange: string): Promise<number> {
  const counts = await store.listOnlyCounted({});
  return counts
    .filter((count) => count.exchange === exchange || count.exchange === OTHER_EXCHANGES)
    .reduce((sum, { messages }) => sum + messages, 0);
}

function onlyCountedHint(exchange: string, messages: number): string {
  return (
    `Since the message was published, rejections of ${printable(exchange)} were only counted, because the quota of today is full: ${messages}. ` +
    "The message may be one of them; pulse-ingest validate shows why it would be rejected."
  );
}

/** Reports the invalid messages. Returns true if there are any. */
function reportInvalid(file: string, verdicts: readonly JobVerdict[]): boolean {
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind !== "rejected") continue;
    const lines = faultErrors(verdict.fault).map(errorLine);
    tell([`${printable(file)}[${index}]: invalid`, ...lines].join("\n"));
  }
  if (verdicts.every(({ kind }) => kind !== "rejected")) return false;
  tell("Nothing was published. Fix the message, or publish it as it is with --no-validate.");
  return true;
}

async function publishOnly(publication: Publication): Promise<number> {
  const { exchange, routingKey, bodies } = publication;
  const end = await publishMessages(publication);
  if (end === "confirmed") {
    await print(`Published ${bodies.length} to ${exchange} with routing key ${routingKey}\n`);
    return exitCodes.ok;
  }
  tell(`error: ${notConfirmed(end, publication)}`);
  return exitCodes.timeout;
}

function notConfirmed(
  end: Exclude<PublicationEnd, "confirmed">,
  { exchange, routingKey, timeoutMs }: Publication,
): string {
  switch (end) {
    case "refused":
      return `refused: the broker did not accept at least one message, most likely because a queue that ${exchange} leads to is full. Publishing again does no harm`;
    case "unroutable":
      return `unroutable: no queue is bound to ${exchange} for ${routingKey}, so nobody would read the message. Is the key <destination>.<project>, and has a worker been started whose registry lists it?`;
    case "timeout":
      return `the broker did not confirm within ${timeoutMs / 1000} s. Publishing again does no harm`;
    case "blocked":
      return `blocked: the broker is out of memory or disk and accepted nothing for ${timeoutMs / 1000} s. Its operator has to make room. Publishing again does no harm`;
    case "lost":
      return "the connection was lost before the broker confirmed. Publishing again does no harm";
  }
}

interface Waiting {
  /** The file and the index of the message in it, for output. */
  readonly place: string;
  /** Null if the message is skipped, so that there is nothing to wait for. */
  readonly awaited: Awaited | null;
}

/**
 * Waits for the messages one by one, and prints the outcome of each. Workers process them in order, so few polls find nothing
 * new.
 */
async function printEnds(waiting: readonly Waiting[], store: Store, waitMs: number): Promise<number> {
  const deadlineMs = performance.now() + waitMs;
  const progress = createProgress();
  const kinds = { stored: 0, skipped: 0, rejected: 0, late: 0 };
  for (const [index, { place, awaited }] of waiting.entries()) {
    progress.show(`waiting for ${place}; ${index} of ${waiting.length} have ended`);
    const end =
      awaited === null ? ({ kind: "skipped" } as const) : await awaitEnd(awaited, store, deadlineMs);
    kinds[end.kind]++;
    progress.end();
    await print(`${endLines(place, awaited, end).join("\n")}\n`);
  }
  if (kinds.late > 0) {
    tell(
      `error: ${kinds.late} of ${waiting.length} did not show up in ${store.name} within ${waitMs / 1000} s. Is a worker running that reads this exchange and writes to this store?`,
    );
  }
  if (kinds.rejected > 0) return exitCodes.failed;
  return kinds.late > 0 ? exitCodes.timeout : exitCodes.ok;
}

function endLines(place: string, awaited: Awaited | null, end: End | { readonly kind: "skipped" }): string[] {
  const job = awaited?.job;
  const named = printable(job ? `${place}: ${job.project} ${job.guid}` : place);
  switch (end.kind) {
    case "stored":
      return [`stored    ${named}: ${end.state}`];
    case "skipped":
      return [`skipped   ${named}: its state is unscheduled, and such jobs are not stored`];
    case "rejected":
      return [
        `rejected  ${named}: see pulse-ingest rejections show ${end.id}`,
        ...faultErrors(end.fault).map(errorLine),
      ];
    case "late":
      return [`unknown   ${named}`];
  }
}
