import {
  type CellsAnswer,
  isCellsAnswer,
  isChangesEvent,
  isPushesAnswer,
  isUnwatchedEvent,
} from "../../grid/grid-answers.ts";
import type { ShownPush } from "../../grid/shown-push.ts";
import { fetchJson } from "../fetch-json.ts";

export interface LiveOptions {
  readonly project: string;
  /** The revisions of the pushes on the page now. */
  readonly revisions: () => readonly string[];
  /** Returns the part of a query that says which new pushes belong on the page; null if none do. */
  readonly follows: () => Readonly<Record<string, string>> | null;
  readonly onHeads: (heads: readonly ShownPush[]) => void;
  readonly onCells: (cells: CellsAnswer) => void;
  /** Called with a sentence that says how current the page is; null if it is up to date. */
  readonly onState: (words: string | null) => void;
}

/** How often the page polls if it has no stream, in milliseconds. */
const ASK_EVERY_MS = 60_000;
const FIRST_RETRY_MS = 2000;
/** The maximum number of pushes that are followed: those at the top. */
const MAX_PUSHES = 50;

/**
 * Keeps a visible page up to date: with a stream of events or, if there is no stream for it, by polling every minute. A hidden page does
 * neither, because browsers open only six connections to a server.
 */
export class LiveGridStream {
  readonly #options: LiveOptions;
  /** The position after the last changes. */
  #position: string;
  #source: EventSource | null = null;
  #timer: number | undefined;
  #retryMs = FIRST_RETRY_MS;
  #currentAt = new Date();
  #unwatched: readonly string[] = [];

  /** @param position - the position up to which the page has all changes. */
  constructor(options: LiveOptions, position: string) {
    this.#options = options;
    this.#position = position;
    document.addEventListener("visibilitychange", () => this.#follow());
    // A page that the browser restores from its back/forward cache has lost its stream.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.#follow();
    });
    window.addEventListener("pagehide", () => this.#close());
    this.#follow();
  }

  /** The position after the last changes. */
  get position(): string {
    return this.#position;
  }

  /**
   * Follows the pushes that are on the page now, after some have been added.
   *
   * @param position - changes after it may be missing. Changes that the page already has do no harm.
   */
  watchAgain(position: string): void {
    this.#position = position;
    this.#follow();
  }

  #follow(): void {
    this.#close();
    if (document.visibilityState === "visible") this.#open();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open(): void {
    const { project, revisions } = this.#options;
    const follows = this.#options.follows();
    const query = new URLSearchParams({
      ...follows,
      after: this.#position,
    });
    for (const revision of revisions().slice(0, MAX_PUSHES)) query.append("push", revision);
    const source = new EventSource(`/api/projects/${encodeURIComponent(project)}/events?${query}`);
    this.#source = source;
    let wasOpen = false;
    source.addEventListener("open", () => {
      wasOpen = true;
      this.#retryMs = FIRST_RETRY_MS;
      this.#isCurrent();
    });
    source.addEventListener("changes", ({ data }) => this.#take(parse(data)));
    source.addEventListener("away", () => this.#isOld("The database cannot be reached."));
    source.addEventListener("back", () => this.#isCurrent());
    source.addEventListener("unwatched", ({ data }) => this.#watchLess(parse(data)));
    source.addEventListener("error", () => {
      // The browser would reconnect with the pushes that were on the page when the stream was opened.
      this.#close();
      if (wasOpen) this.#openAfter(FIRST_RETRY_MS);
      else void this.#askInstead();
    });
  }

  #take(value: unknown): void {
    if (!isChangesEvent(value)) {
      this.#options.onState("The server has another version now: reload the page.");
      return;
    }
    this.#position = value.position;
    this.#options.onHeads(value.heads);
    this.#options.onCells(value);
    if (this.#unwatched.length === 0) this.#isCurrent();
  }

  #watchLess(value: unknown): void {
    if (!isUnwatchedEvent(value)) return;
    this.#unwatched = value.revisions;
    clearTimeout(this.#timer);
    if (value.revisions.length === 0) {
      this.#isCurrent();
      return;
    }
    this.#options.onState("Many pushes are open: some are updated once a minute.");
    this.#timer = window.setTimeout(() => void this.#askUnwatched(), ASK_EVERY_MS);
  }

  async #askUnwatched(): Promise<void> {
    const answer = await this.#askCells(this.#unwatched);
    if (answer.ok) this.#options.onCells(answer.value);
    this.#timer = window.setTimeout(() => void this.#askUnwatched(), ASK_EVERY_MS);
  }

  /** Polls once, because there is no stream for this page, and tries a stream again later. */
  async #askInstead(): Promise<void> {
    await this.#askHeads();
    const answer = await this.#askCells(this.#options.revisions());
    if (answer.ok) {
      this.#position = answer.value.position;
      this.#options.onCells(answer.value);
      this.#currentAt = new Date();
      this.#options.onState(
        "Changes come once a minute: all streams of the server are taken, or a proxy stops them.",
      );
      this.#openAfter(ASK_EVERY_MS);
      return;
    }
    this.#isOld(answer.text);
    this.#openAfter(this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, ASK_EVERY_MS);
  }

  async #askHeads(): Promise<void> {
    const { project, onHeads } = this.#options;
    const follows = this.#options.follows();
    if (follows === null) return;
    const query = new URLSearchParams(follows);
    const answer = await fetchJson(
      `/api/projects/${encodeURIComponent(project)}/pushes?${query}`,
      isPushesAnswer,
    );
    if (answer.ok) onHeads(answer.value.pushes);
  }

  #askCells(revisions: readonly string[]) {
    const query = new URLSearchParams({ after: this.#position });
    for (const revision of revisions.slice(0, MAX_PUSHES)) query.append("push", revision);
    return fetchJson(
      `/api/projects/${encodeURIComponent(this.#options.project)}/cells?${query}`,
      isCellsAnswer,
    );
  }

  #openAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#follow(), ms);
  }

  #isCurrent(): void {
    this.#currentAt = new Date();
    this.#options.onState(null);
  }

  #isOld(text: string): void {
    this.#options.onState(
      `${text} What is shown is as of ${this.#currentAt.toLocaleTimeString()}. Trying again …`,
    );
  }
}

function parse(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null;
}
