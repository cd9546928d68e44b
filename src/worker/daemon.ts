import { once } from "node:events";
import { createEntryArchive } from "../archive/archive-entry.ts";
import { watchAckAge } from "../broker/consume/ack-age.ts";
import { openAmqpSource } from "../broker/consume/amqp-source.ts";
import { startDepthWatch } from "../broker/queue/queue-depth.ts";
import { type OperatorFiles, openOperatorFiles } from "../config/operator-files.ts";
import type { Settings } from "../config/settings.ts";
import type { Delivery } from "../domain/delivery.ts";
import { isClient } from "../domain/origin.ts";
import { OTHER_EXCHANGES } from "../domain/rejection.ts";
import type { WorkerParts, WorkerPhase, WorkerView } from "../http/observe/observe-worker.ts";
import { startHttp } from "../http/observe/start-http.ts";
import { createIngest } from "../ingest/create-ingest.ts";
import { createDeliveryHandler } from "../ingest/deliveries/delivery-handler.ts";
import { SpooledMessages } from "../ingest/spooling/spooled-messages.ts";
import { openSuspectsNote } from "../ingest/suspects/suspects-note.ts";
import { type JudgeOptions, readDelivery } from "../judge/judge-delivery.ts";
import type { ItemRules } from "../judge/judge-item.ts";
import { judgeLimits } from "../judge/judge-limits.ts";
import type { ReadMessage } from "../judge/verdict.ts";
import type { Log } from "../log.ts";
import { type Counters, createCounters, outcomeTotals, rejectionTotals } from "../metrics/counters.ts";
import { startRetention } from "../retention/start-retention.ts";
import { whyNotStorable } from "../submission/storable-performance.ts";
import { EventLoopTurns } from "../timing/event-loop-turns.ts";
import { loadCollectionSchemas } from "../validate/collection-schemas.ts";
import { loadSchemas } from "../validate/validate-job.ts";
import { logTextRemoval } from "./open-log-texts.ts";
import { closeStorageToOthers, openSpoolOf, openStoreOf } from "./open-storage.ts";
import {
  ackAgeOptions,
  artifactsOptions,
  depthOptions,
  fileOptions,
  httpOptions,
  ingestOptions,
  pageSettings,
  restOptions,
  retentionOptions,
  sourceOptions,
} from "./options.ts";
import { startArtifacts } from "./start-artifacts.ts";
import { startRest } from "./start-rest.ts";
import { UndoStack } from "./undo-stack.ts";

/** The parameters for opening the parts of the worker. */
interface Opening {
  readonly settings: Settings;
  readonly files: OperatorFiles;
  readonly checks: Checks;
  readonly counters: Counters;
  readonly view: WorkerView;
  /** Receives each part as soon as it is open. */
  readonly opened: UndoStack;
  readonly stop: AbortSignal;
  readonly log: Log;
}

/**
 * Runs the worker: opens and connects all parts, runs until it is asked to stop, and closes the parts in reverse order, so that
 * nothing is lost. If a part cannot be opened, the parts that are already open are closed too. Resolves after a clean shutdown.
 *
 * @param stop - ends the worker when it is aborted.
 * @param onAsked - receives the function to call when somebody asks to read the registry and the tiers again.
 * @throws Misuse for an invalid registry, an address in use or a store that cannot be used, before any message is consumed.
 */
export async function runDaemon(
  settings: Settings,
  log: Log,
  stop: AbortSignal,
  onAsked: (reread: () => void) => void,
): Promise<void> {
  const counters = createCounters();
  const opened = new UndoStack();
  try {
    await run({ settings, counters, opened, stop, log }, onAsked);
  } catch (error) {
    await opened.undo().catch((later: unknown) => log.error("bug", { what: "closing", error: later }));
    throw error;
  }
  await opened.undo();
  log.info("stopped", {
    outcomes: await outcomeTotals(counters),
    rejections: await rejectionTotals(counters),
  });
}

async function run(
  opening: Omit<Opening, "files" | "checks" | "view">,
  onAsked: (reread: () => void) => void,
): Promise<void> {
  const { settings, counters, opened, stop, log } = opening;
  let worker: WorkerPhase = { phase: "opening" };
  const failed = new AbortController();
  opened.add(() => failed.abort());
  const files = await openOperatorFiles({
    ...fileOptions(settings),
    stop: AbortSignal.any([stop, failed.signal]),
    log,
  });
  onAsked(() => void files.reread().catch((error: unknown) => log.error("bug", { what: "reread", error })));
  const checks = compileChecks();
  // Opened before the store and closed after it, so that it can report that the worker waits for the store or shuts down.
  const http = await startHttp({ ...httpOptions(settings), files, worker: () => worker, counters, log });
  opened.add(() => http.close());
  const parts = await openParts({ ...opening, files, checks, view: http.view });
  if (parts === null) return;
  worker = { phase: "running", parts };
  log.info("started", {
    store: parts.store.name,
    exchanges: files.registry().exchanges.length,
    bindings: files.registry().bindings.length,
  });

  if (!stop.aborted) await once(stop, "abort");
  log.info("stopping");
  worker = { phase: "stopping", parts };
}

/** The compiled schemas of messages and of posted items. */
type Checks = Pick<JudgeOptions, "schemas"> & Pick<ItemRules, "collections">;

/**
 * Compiles the schemas of messages before the HTTP server starts. Otherwise compiling them would block the event loop at the first
 * message. The schemas of posted items take less time each, and are compiled at the first item.
 */
function compileChecks(): Checks {
  const schemas = loadSchemas();
  schemas.isJob({});
  schemas.violationsOf({});
  whyNotStorable({});
  return { schemas, collections: loadCollectionSchemas() };
}

/** Returns null if the worker is asked to stop before the store is open. */
async function openParts(opening: Opening): Promise<WorkerParts | null> {
  const { settings, files, checks, counters, opened, stop, log } = opening;
  const { schemas, collections } = checks;
  // Opening some parts blocks this thread for a while. Requests are answered in between.
  const turns = new EventLoopTurns();
  closeStorageToOthers(settings, log);
  const limits = judgeLimits(settings);
  const spool = openSpoolOf(settings, log);
  opened.add(() => spool?.close());
  const store = await openStoreOf(settings, spool !== null, log, stop);
  if (store === null) return null;
  opened.add(() => store.close());
  await turns.give();
  const artifacts = startArtifacts({ ...artifactsOptions(settings), store, counters, log });
  opened.add(() => artifacts.stop());
  const retention = startRetention({
    ...retentionOptions(settings),
    ...logTextRemoval(settings),
    store,
    retainDays: (project) => files.registry().retainedDays(project) ?? settings.RETAIN_DAYS,
    counters,
    log,
  });
  opened.add(() => retention.stop());
  // Called for each message, because the tiers and the registry may change while the worker runs.
  const rules = (): JudgeOptions => ({
    schemas,
    ...limits,
    tiers: files.tiers(),
    acceptsProject: files.acceptsProject,
  });
  const read = (delivery: Delivery): ReadMessage => readDelivery(delivery, rules());
  const ingest = createIngest({
    ...ingestOptions(settings),
    store,
    spooled: spool === null ? null : new SpooledMessages(spool, read),
    suspectsNote: openSuspectsNote(settings.DATA_DIR, log),
    quotaOf: (sender) => (isClient(sender) || files.registry().lists(sender) ? sender : OTHER_EXCHANGES),
    listedExchanges: () => files.registry().exchanges,
    counters,
    log,
    onStored: artifacts.nudge,
  });
  await turns.give();
  const pages = pageSettings(settings);
  const rest = await startRest({
    ...restOptions(settings),
    pages: pages && {
      settings: pages,
      status: () => opening.view.status(),
      rules,
      hasRegistry: true,
      light: {
        problems: () => opening.view.readinessProblems(),
        ready: { state: "ready", words: "worker ready" },
      },
    },
    store,
    submit: ingest.submit,
    archive: settings.ARCHIVE_DAYS > 0 ? createEntryArchive(store, counters) : null,
    rules: () => ({ ...rules(), collections }),
    log,
  });
  const source = openAmqpSource(
    { ...sourceOptions(settings), registry: files.registry, ledger: store, counters, log },
    createDeliveryHandler(ingest.submit, read),
  );
  opened.add(async () => {
    const answered = rest.close(settings.SHUTDOWN_MS);
    await source.stopConsuming();
    // Deliveries in progress are stored, spooled or returned, and requests are answered, while the channel is still open for
    // settlements.
    await ingest.drain(settings.SHUTDOWN_MS, () => source.state().stranded === 0);
    await answered;
    await source.close();
  });
  files.onRegistry(() => source.registryChanged());
  const depth = startDepthWatch({ ...depthOptions(settings), source, log });
  opened.add(() => depth.stop());
  const ackAge = watchAckAge({
    ...ackAgeOptions(settings),
    source,
    trouble: () => ingest.spoolTrouble() ?? ingest.storeTrouble(),
    log,
  });
  opened.add(() => ackAge.stop());
  return { store, ingest, source, depth, retention };
}
