import { open } from "node:fs/promises";
import { readCachedBugs } from "../../bugs/cache/cached-bugs.ts";
import { BugIndexBuilder } from "../../bugs/lookup/bug-index.ts";
import { SuggestionsWriter, suggestBugs } from "../../bugs/lookup/suggest-bugs.ts";
import { errorLinesOf } from "../../bugs/lookup/summary-errors.ts";
import { readSettings } from "../../config/read-settings.ts";
import { whyUnreadable } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { describeLogFault } from "../../domain/log-faults.ts";
import { blankLogUrl } from "../../domain/text/blank-url.ts";
import { parseSource, writeSource } from "../../domain/text/source-json.ts";
import { openHttpLogSource } from "../../logs/fetch/http-log-source.ts";
import type { TransferredLog } from "../../logs/fetch/log-source.ts";
import type { LogReading, ReadingFailure } from "../../logs/read/log-reading.ts";
import { readLog } from "../../logs/read/read-log.ts";
import { logOptions, logSettingNames } from "../../worker/log-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { isStoreThere, type StoreSettings, storeSettingNames, withStore } from "../options/with-store.ts";
import { print, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";

/**
 * `parse-log`: prints the artifacts that the worker would generate from a log, as one JSON object from name to blob. The worker's
 * limits apply. Performance data that the worker would not store is printed with a warning. If the worker would generate no
 * artifacts, it prints the reason; the exit code is then 1.
 *
 * @param target - a file, a URL, or `-` for standard input.
 */
export async function parseLog(env: NodeJS.ProcessEnv, target: string): Promise<number> {
  const settings = readSettings(env, [...logSettingNames, ...storeSettingNames]);
  const options = logOptions(settings);
  const { logLimits } = options;
  const reading = await (isUrl(target) ? readUrl(options, target) : readFile(target, logLimits));
  if (!reading.ok) return refuse(target, reading.failure);
  for (const warning of reading.warnings) tell(`warning: ${warning}`);
  const summary = reading.artifacts.find(({ name }) => name === "text_log_summary");
  const writer = new SuggestionsWriter(logLimits.artifactBytes);
  const bugs = await readBugs(settings);
  for (const suggestion of suggestBugs(errorLinesOf(summary?.blob ?? ""), bugs, Date.now())) {
    if (!writer.add(suggestion)) break;
  }
  const suggested = writer.end();
  if (!suggested.ok) {
    const { fault } = suggested;
    return refuse(target, { kind: fault.reason, detail: describeLogFault(fault) });
  }
  const members = [...reading.artifacts, suggested.artifact].map(
    ({ name, blob }) => `${JSON.stringify(name)}:${blob}`,
  );
  await print(`${writeSource(parseSource(`{${members.join(",")}}`).source, 2)}\n`);
  return exitCodes.ok;
}

/** Hints on what to do, by the kind of failure. */
const hints: Partial<Record<ReadingFailure["kind"], string>> = {
  "refused-address": "To allow private addresses, set LOG_ALLOW_PRIVATE=true.",
  "refused-port": "LOG_PORTS lists the allowed ports.",
  "refused-host": "LOG_HOSTS lists the allowed hosts.",
  timeout: "The limits are LOG_LOOKUP_MS, LOG_CONNECT_MS, LOG_IDLE_MS and LOG_TIMEOUT_MS.",
  "too-large": "The limit is LOG_MAX_BYTES.",
  "too-many-redirects": "The limit is LOG_MAX_REDIRECTS.",
  "inflates-too-far": "The limit is LOG_MAX_INFLATED_BYTES.",
  "ratio-too-high": "The limit is LOG_MAX_RATIO.",
  "too-many-lines": "The limit is LOG_MAX_LINES.",
  "artifact-too-large": "The limit is ARTIFACT_MAX_BYTES.",
  "foreign-compression": "Decompress the log first, and pass the text on standard input (`-`).",
};

function refuse(target: string, { kind, detail }: Pick<ReadingFailure, "kind" | "detail">): number {
  tell(`error: ${blankLogUrl(target)}: ${kind}: ${detail}`);
  const hint = hints[kind];
  if (hint !== undefined) tell(hint);
  return exitCodes.failed;
}

const isUrl = (target: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(target);

async function readUrl(options: ReturnType<typeof logOptions>, url: string): Promise<LogReading> {
  const { fetchLimits, logLimits, ...fetch } = options;
  const source = openHttpLogSource({ ...fetch, limits: fetchLimits });
  const open = async (): Promise<TransferredLog> => {
    const { contentEncoding, bytes } = await source.open(url);
    return { contentEncoding, bytes: shown(bytes) };
  };
  return readLog(open, blankLogUrl(url), logLimits, true).finally(() => source.close());
}

/** Reads and parses a log file. @throws Misuse if the file cannot be read. */
async function readFile(
  file: string,
  limits: ReturnType<typeof logOptions>["logLimits"],
): Promise<LogReading> {
  const asIs = (bytes: AsyncIterable<Uint8Array>): TransferredLog => ({
    contentEncoding: "",
    bytes: shown(bytes),
  });
  if (file === "-") return readLog(async () => asIs(process.stdin), file, limits, true);
  try {
    return await readLog(async () => asIs((await open(file)).createReadStream()), file, limits, true);
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new Misuse([`${file} ${whyUnreadable(error)}`]);
  }
}

const SHOWN_EVERY_MS = 200;

/** Yields the same pieces, and shows how much has been read. */
async function* shown(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const progress = createProgress();
  let bytes = 0;
  let shownAt = performance.now();
  try {
    for await (const piece of pieces) {
      yield piece;
      bytes += piece.length;
      if (performance.now() - shownAt < SHOWN_EVERY_MS) continue;
      shownAt = performance.now();
      progress.show(`${(bytes / 1024 / 1024).toFixed(1)} MiB read`);
    }
  } finally {
    progress.end();
  }
}

/** Returns an index of the cached bugs; it is empty if there is no store. */
async function readBugs(settings: StoreSettings) {
  const builder = new BugIndexBuilder();
  if (!(await isStoreThere(settings))) return builder.build();
  await withStore(settings, "refuse", async (store) => {
    for await (const bugs of readCachedBugs(store)) builder.add(bugs);
  });
  return builder.build();
}
