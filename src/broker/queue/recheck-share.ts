import type { ListedExchange } from "../message-source.ts";

/** The minimum number of bindings to check each time, if there are as many. */
const LEAST = 2000;
/** With more bindings, each of them is checked once in this many turns. */
const TURNS = 5;

export interface RecheckShare {
  readonly exchanges: readonly ListedExchange[];
  /** The index of the exchange at which the next share begins. */
  readonly next: number;
}

/**
 * Returns the exchanges to check this time. If there are up to 2,000 bindings, all of them are checked. With more bindings, at
 * least a fifth of them is checked, so each binding is checked within five turns. Pure.
 *
 * @param from - the index at which this share begins; `next` of the last share.
 */
export function recheckShare(listed: readonly ListedExchange[], from: number): RecheckShare {
  const bindings = listed.reduce((sum, { routingKeys }) => sum + routingKeys.length, 0);
  const wanted = Math.max(LEAST, Math.ceil(bindings / TURNS));
  const start = from < listed.length ? from : 0;
  const exchanges: ListedExchange[] = [];
  let taken = 0;
  for (const exchange of [...listed.slice(start), ...listed.slice(0, start)]) {
    if (taken >= wanted) break;
    exchanges.push(exchange);
    taken += exchange.routingKeys.length;
  }
  return { exchanges, next: (start + exchanges.length) % Math.max(1, listed.length) };
}
