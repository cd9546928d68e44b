import { durableQueueName } from "../../broker/queue/declare-queue.ts";
import { lookAtBroker } from "../../broker/tools/look-at-broker.ts";
import { brokerUrl, readSettings } from "../../config/read-settings.ts";
import { readRegistry } from "../../config/registry.ts";
import type { Settings } from "../../config/settings.ts";
import type { Binding } from "../../domain/binding.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { askWorker, type WorkerAnswer, workerUrl } from "../../http/observe/ask-worker.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";
import { type BrokerView, problemsOf, type StatusView, type StoreView } from "../../queries/status-view.ts";
import type { Store } from "../../store/ports/store.ts";
import { withDeadline } from "../../timing/deadline.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { isStoreThere, type StoreSettings, storeSettingNames, withStore } from "../options/with-store.ts";
import { print, printJson } from "../output/print.ts";
import { renderStatus } from "../output/render-status.ts";

export interface StatusOptions {
  /** Address of a worker's HTTP server; null: use the settings. */
  readonly url: string | null;
  readonly json: boolean;
}

const statusSettingNames = [
  ...storeSettingNames,
  ...(["HTTP_HOST", "HTTP_PORT", "QUEUE_NAME", "QUEUE_LIMIT", "REGISTRY_FILE", "DEPLOYMENT"] as const),
] as const;
type StatusSettings = StoreSettings & Pick<Settings, (typeof statusSettingNames)[number]>;

const LOOK_MS = 5000;
const DAY_MS = 86_400_000;

/**
 * `status`: shows how a worker, its store and its broker are doing. It asks each of them directly. Exit code 1 if something is
 * wrong.
 *
 * @throws Misuse for invalid settings.
 */
export async function status(env: NodeJS.ProcessEnv, { url, json }: StatusOptions): Promise<number> {
  const settings = readSettings(env, statusSettingNames);
  const worker = await workerOf(url, settings);
  const [store, broker] = await Promise.all([lookAtStore(settings), askBroker(env, settings, worker.status)]);
  const asked = { worker, store, broker };
  const view: StatusView = { problems: problemsOf(asked), ...asked };
  await (json ? printJson(view) : print(renderStatus(view)));
  return view.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

async function workerOf(url: string | null, settings: StatusSettings): Promise<WorkerAnswer> {
  if (url !== null) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url) || url.includes("@")) {
      throw new Misuse([
        `--url must be a worker's address without user and password, e.g. http://127.0.0.1:9182; it is ${JSON.stringify(blankUrls(url))}`,
      ]);
    }
    return askWorker(url, "--url");
  }
  const place = workerUrl(settings);
  return "url" in place ? askWorker(place.url, "--url") : { url: null, status: null, trouble: place.trouble };
}

/** Asks the store. A store that does not exist is not created. */
async function lookAtStore(settings: StatusSettings): Promise<StoreView> {
  const nothing = { name: null, trouble: null, skipped: null, work: null, rejections: null, archive: null };
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const lookInto = async (store: Store): Promise<StoreView> => {
    await store.ping();
    const work = await store.countWork();
    // Counting many rejections or segments is slow. That must not look as if the store did not answer.
    const soon = <T>(count: Promise<T>) => withDeadline<T | null>(count, LOOK_MS / 2, () => null);
    const [rejections, archive] = await Promise.all([
      soon(store.countRejections({ since })),
      soon(store.archiveTotals()),
    ]);
    return { ...nothing, name: store.name, work, rejections, archive };
  };
  const skipped = `there is no store in ${settings.DATA_DIR}; see DATA_DIR and MONGODB_URL`;
  const look = isStoreThere(settings)
    .then((isThere) => (isThere ? withStore(settings, "refuse", lookInto) : { ...nothing, skipped }))
    .catch((error: unknown): StoreView => {
      if (!(error instanceof Misuse)) throw error;
      return { ...nothing, trouble: error.message.replace(/^store /, "") };
    });
  return withDeadline(look, LOOK_MS, () => ({
    ...nothing,
    trouble: `no answer within ${LOOK_MS / 1000} s`,
  }));
}

/** Asks the broker. Checks the exchanges only if no worker has answered, because a worker's status includes its exchanges. */
async function askBroker(
  env: NodeJS.ProcessEnv,
  settings: StatusSettings,
  worker: WorkerStatus | null,
): Promise<BrokerView> {
  const known = { limit: settings.QUEUE_LIMIT, registry_trouble: null };
  const nothing = { ...known, trouble: null, skipped: null, queue: null, exchanges: [] };
  if (!env["AMQP_URL"] && !env["AMQP_URL_FILE"]) return { ...nothing, skipped: "AMQP_URL is not set" };
  const url = await brokerUrl(readSettings(env, ["AMQP_URL", "AMQP_URL_FILE"]));
  const { bindings, trouble: registry_trouble } =
    worker === null ? await listedBindings(settings) : { bindings: [], trouble: null };
  const exchanges = [...new Set(bindings.map(({ exchange }) => exchange))];
  const queue = worker?.queue.name ?? durableQueueName(url, settings.QUEUE_NAME);
  const seen = await lookAtBroker({ url, queue, exchanges, limitMs: LOOK_MS });
  return {
    ...nothing,
    ...seen,
    registry_trouble,
    exchanges: seen.exchanges.map(({ exchange, trouble }) => ({
      exchange,
      routing_keys: bindings.filter((binding) => binding.exchange === exchange).map((b) => b.routing_key),
      trouble,
    })),
  };
}

interface Listed {
  readonly bindings: readonly Binding[];
  readonly trouble: string | null;
}

async function listedBindings(settings: StatusSettings): Promise<Listed> {
  try {
    const { bindings } = await readRegistry(settings.REGISTRY_FILE, settings.DEPLOYMENT);
    return { bindings, trouble: null };
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { bindings: [], trouble: error.problems.join("; ") };
  }
}
