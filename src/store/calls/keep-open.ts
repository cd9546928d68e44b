import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import { retry } from "../../timing/retry.ts";
import { signalAfter } from "../../timing/signal-after.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import type { Store } from "../ports/store.ts";
import { forwardCalls } from "./forward-calls.ts";

export interface KeepOpenOptions {
  /** Returns the store's current address; null for the embedded store. Called before each opening, and if the store does not answer. */
  readonly readAddress: () => Promise<string | null>;
  /** Opens the store. @param onStuck - called, any number of times, if the open store hangs or its file was replaced. */
  readonly open: (address: string | null, onStuck: () => void) => Promise<Store>;
  /** How long to wait for an unavailable store before returning anyway, in milliseconds; null to wait until it is available. */
  readonly patienceMs: number | null;
  /** Ends the wait for an unavailable store. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

interface Opened {
  readonly store: Store;
  readonly address: string | null;
}

const backoff = { baseMs: 200, capMs: 5000 };

/**
 * Returns a store that may be unavailable at first, and whose address may change. The store is opened as soon as it answers. It is
 * opened again if it hangs, or if it does not answer and its address has changed.
 *
 * Until the store is first open, every method throws `Unavailable`. A worker can therefore start, and consume into its spool, while
 * the database is unavailable. When the store is opened again, the old connection stays in use until the new one is open. Calls in
 * progress at that moment fail as if the connection were lost.
 *
 * @returns null if `stop` was aborted before the store was open.
 * @throws errors of `open` during the wait, e.g. Misuse for a wrong address. After the wait, such an error only means that the
 *   store is unavailable.
 */
export async function keepOpen(options: KeepOpenOptions): Promise<Store | null> {
  const { readAddress, open, patienceMs, stop, log } = options;
  const end = new AbortController();
  let inUse: Opened | null = null;
  let isAwaited = true;
  let isOpening = false;
  let reason = "it is being opened";

  const patience = AbortSignal.any([stop, ...(patienceMs === null ? [] : [signalAfter(patienceMs)])]);
  const isOver = new Promise<void>((resolve) => {
    if (patience.aborted) resolve();
    else patience.addEventListener("abort", () => resolve());
  });
  await Promise.race([openWhereItIs(false), isOver]);
  isAwaited = false;
  if (inUse === null && stop.aborted) {
    end.abort();
    return null;
  }

  async function openWhereItIs(isStuck: boolean): Promise<void> {
    if (isOpening) return;
    isOpening = true;
    const isFirst = inUse === null;
    let attempts = 0;
    const openUnlessEnded = async (): Promise<void> => (end.signal.aborted ? undefined : openOnce(isStuck));
    await retry(openUnlessEnded, {
      backoff,
      stop: end.signal,
      onFailure(error, failures) {
        if (isAwaited && !(error instanceof Unavailable)) throw error;
        if (end.signal.aborted) return backoff;
        attempts = failures;
        reason =
          error instanceof Unavailable
            ? error.detail
            : String(error instanceof Error ? error.message : error);
        const event = isFirst ? "store_away" : "store_not_reopened";
        if (isWrittenAgain(failures)) log.warn(event, { attempt: failures, error });
        return backoff;
      },
    });
    if (isFirst && attempts > 0 && !end.signal.aborted) log.info("store_back", { attempts });
    isOpening = false;
  }

  async function openOnce(isStuck: boolean): Promise<void> {
    const address = await readAddress();
    const before = inUse;
    if (before !== null && before.address === address && !isStuck) return;
    const store = await open(address, () => void openWhereItIs(true));
    // Nobody will use this store, and an open store would keep the process alive.
    if (end.signal.aborted) return store.close();
    inUse = { store, address };
    if (before === null) return;
    log.info("store_reopened", { store: store.name });
    before.store.close().catch((error: unknown) => log.warn("store_not_closed", { error }));
  }

  async function ask<T>(question: (store: Store) => Promise<T>): Promise<T> {
    if (inUse === null) throw new Unavailable("store", reason);
    try {
      return await question(inUse.store);
    } catch (error) {
      if (error instanceof Unavailable) void openWhereItIs(false);
      throw error;
    }
  }

  const own = {
    get name() {
      return inUse?.store.name ?? "(not open yet)";
    },
    async close() {
      // If a store is still being opened, `openOnce` closes it as soon as it is open.
      end.abort();
      await inUse?.store.close();
    },
  };
  return forwardCalls<Store>(own, ask);
}
