import { setTimeout as wait } from "node:timers/promises";
import { type ItemVerdict, RequestError, TreeherderClient } from "../../client/src/index.ts";
import type { AddedClient } from "../servers/add-client.ts";
import type { Published } from "./law.ts";
import type { PostedItem } from "./posted-item.ts";
import type { Random } from "./random.ts";
import { Told } from "./told.ts";

export interface PosterOptions {
  readonly client: AddedClient;
  /** Returns the addresses of the workers that are running. */
  readonly urls: () => readonly string[];
  readonly random: Random;
}

/** How many items were answered with each verdict. */
export interface PostCounts {
  readonly stored: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Requests that were sent again, because there was no answer, or the answer asked to try later. */
  readonly repeated: number;
}

/** The number of concurrent requests. */
const CONNECTIONS = 3;
const MAX_ITEMS = 20;
const IDLE_MS = 20;
const RETRY_MS = 100;
/** Time limit of a request: workers that are paused or killed never answer. */
const TIMEOUT_MS = 10_000;
/** Status codes after which a client sends the same request again; null means that there was no answer. */
const later = new Set([null, 429, 503]);

interface OnTheWay {
  readonly item: PostedItem;
  sentAtMs: number;
}

/** Posts items to any of the workers until each has a verdict. An item may arrive several times, which must do no harm. */
export class Poster {
  /** The items in the order of their verdicts. */
  readonly confirmed: Published[] = [];
  /** The verdicts, for the comparison with the documents. */
  readonly told = new Told();
  /** Descriptions of answers that no client should get. */
  readonly troubles: string[] = [];
  readonly #options: PosterOptions;
  readonly #waiting: OnTheWay[] = [];
  readonly #clients = new Map<string, TreeherderClient>();
  #busy = 0;
  #repeated = 0;
  #isComplete = false;

  constructor(options: PosterOptions) {
    this.#options = options;
  }

  get counts(): PostCounts {
    const count = (outcome: string): number => this.told.outcomes.get(outcome) ?? 0;
    return {
      ...{ stored: count("stored"), unchanged: count("unchanged"), rejected: count("rejected") },
      repeated: this.#repeated,
    };
  }

  add(item: PostedItem): void {
    this.#waiting.push({ item, sentAtMs: 0 });
  }

  /** Declares that no further item will be added. */
  complete(): void {
    this.#isComplete = true;
  }

  /** Resolves when the items are complete and each has a verdict; after a stop, some may have none. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.#postAll(stop)));
  }

  async #postAll(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const items = this.#take();
      if (items.length === 0) {
        if (this.#isComplete && this.#busy === 0) return;
        await wait(IDLE_MS);
        continue;
      }
      this.#busy++;
      const isAnswered = await this.#post(items);
      if (!isAnswered) {
        this.#repeated++;
        this.#waiting.unshift(...items);
        await wait(RETRY_MS);
      }
      this.#busy--;
    }
  }

  /** Takes the next items of one project, in order. */
  #take(): readonly OnTheWay[] {
    const project = this.#waiting[0]?.item.project;
    const taken = this.#waiting.filter(({ item }) => item.project === project).slice(0, MAX_ITEMS);
    for (const each of taken) this.#waiting.splice(this.#waiting.indexOf(each), 1);
    return taken;
  }

  /** Returns whether the items have been answered. If not, the caller posts them again. */
  async #post(items: readonly OnTheWay[]): Promise<boolean> {
    const [url] = this.#options.random.shuffled(this.#options.urls());
    const project = items[0]?.item.project;
    if (url === undefined || project === undefined) return false;
    for (const each of items) each.sentAtMs = Date.now();
    const texts = items.map(({ item }) => item.body.toString());
    try {
      const { results } = await this.#clientOf(url).postJson(project, "jobs", texts);
      if (results.length !== items.length) {
        this.troubles.push(`${items.length} items were posted, and ${results.length} answered`);
      }
      for (const [index, each] of items.entries()) this.#answered(each, results[index]);
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (later.has(error.status)) return false;
      this.troubles.push(error.message);
      // A worker's bug is reported, and the items must still be stored.
      return error.status !== 500;
    }
  }

  #answered({ item, sentAtMs }: OnTheWay, verdict: ItemVerdict | undefined): void {
    const outcome = verdict?.outcome ?? "none";
    const [expected] = item.jobs;
    this.told.add(item.guid, outcome);
    this.confirmed.push({ message: item, way: "rest", sentAtMs, confirmedAtMs: Date.now() });
    if ((outcome === "rejected") === (expected?.kind === "rejected")) return;
    this.troubles.push(`item ${item.body}: answered ${outcome} ${JSON.stringify(verdict?.errors)}`);
  }

  #clientOf(url: string): TreeherderClient {
    const { client } = this.#options;
    // A repeated request may go to another worker, so the client itself must not repeat it.
    const found =
      this.#clients.get(url) ??
      new TreeherderClient({ serverUrl: url, ...client, timeoutMs: TIMEOUT_MS, retries: 0 });
    this.#clients.set(url, found);
    return found;
  }
}
