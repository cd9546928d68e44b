import type { Delivery } from "../../domain/delivery.ts";
import { OTHER_EXCHANGES } from "../../domain/rejection.ts";

/** A metric keeps a label for as long as the process runs, also of an exchange that has left the registry. */
const MAX_LABELS = 1000;

/** What a label depends on. Both stay the same in the spool. */
export type Labelled = Pick<Delivery, "exchange" | "receivedAtMs">;

/**
 * Gives a delivery's exchange as a metric label: its name if the registry listed it when the delivery came, otherwise
 * `other`. A delivery has the same label at its arrival and at its end, whatever happens to the registry in between, so
 * for each label as many jobs end as are received.
 *
 * @param listed - the exchanges of the registry in force; asked for each label.
 */
export function createExchangeLabels(listed: () => readonly string[]): (delivery: Labelled) => string {
  /** For each name that was ever listed: what came up to this time (milliseconds since the Unix epoch) is `other`. */
  const otherUntilMs = new Map<string, number>();
  let known: readonly string[] = [];
  let lastLabelMs = Number.NEGATIVE_INFINITY;

  function look(): void {
    const exchanges = listed();
    if (exchanges === known) return;
    known = exchanges;
    for (const exchange of exchanges) {
      if (otherUntilMs.has(exchange) || otherUntilMs.size >= MAX_LABELS) continue;
      otherUntilMs.set(exchange, lastLabelMs);
    }
  }

  look();
  return ({ exchange, receivedAtMs }) => {
    look();
    lastLabelMs = Math.max(lastLabelMs, Date.now());
    const untilMs = otherUntilMs.get(exchange);
    return untilMs !== undefined && receivedAtMs > untilMs ? exchange : OTHER_EXCHANGES;
  };
}
