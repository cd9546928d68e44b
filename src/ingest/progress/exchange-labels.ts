import { isClient } from "../../domain/origin.ts";
import { OTHER_EXCHANGES } from "../../domain/rejection.ts";

/** A metric keeps a label for as long as the process runs, also of an exchange that has left the registry. */
const MAX_LABELS = 1000;

/** A label depends on these two. Both stay the same in the spool. */
export interface Labelled {
  /** See `senderOf`: for a delivery its exchange. */
  readonly sender: string;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
}

/**
 * Returns a function that gives a message's metric label: `client:` and the id of a REST client; the exchange if the registry
 * listed it when the message came; otherwise `other`. A message has the same label on its arrival and at its end, whatever
 * happens to the registry in between, so for each label as many jobs end as are received.
 *
 * @param listed - the exchanges of the registry in force; called for each label.
 */
export function createExchangeLabels(listed: () => readonly string[]): (message: Labelled) => string {
  /** For each exchange that was ever listed: messages that came before this time (milliseconds since the Unix epoch) are `other`. */
  const otherUntilMs = new Map<string, number>();
  /** Only an operator makes credentials, so they are few. */
  const clients = new Set<string>();
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

  function clientLabel(client: string): string {
    if (clients.size < MAX_LABELS) clients.add(client);
    return clients.has(client) ? client : OTHER_EXCHANGES;
  }

  look();
  return ({ sender, receivedAtMs }) => {
    if (isClient(sender)) return clientLabel(sender);
    look();
    lastLabelMs = Math.max(lastLabelMs, Date.now());
    const untilMs = otherUntilMs.get(sender);
    return untilMs !== undefined && receivedAtMs > untilMs ? sender : OTHER_EXCHANGES;
  };
}
