import type { ListedExchange } from "../message-source.ts";

/** At least this many bindings are checked each time, or all if there are fewer. */
const LEAST = 2000;
/** If there are more, each binding is checked once in this many turns. */
const TURNS = 5;

export interface RecheckShare {
  readonly exchanges: readonly ListedExchange[];
  /** The place of the exchange with which the next share begins. */
  readonly next: number;
}

/**
 * Returns the exchanges to check this time. Up to 2,000 bindings are checked all together. If there are more, about a fifth of
 * them is checked, so that each has its turn within five checks. Pure.
 *
 * @param from - the place at which the last share ended.
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
