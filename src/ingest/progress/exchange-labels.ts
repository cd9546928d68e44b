import { isClient } from "../../domain/origin.ts";
import { OTHER_EXCHANGES } from "../../domain/rejection.ts";

/** The maximum number of labels. A metric keeps each label while the process runs, even if its exchange has left the registry. */
const MAX_LABELS = 1000;

/** The fields that determine a message's label. Both stay the same in the spool. */
export interface Labelled {
  /** The exchange of a delivery, or the client of a request; see `senderOf`. */
  readonly sender: string;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
}

/**
 * Creates a function that returns a message's metric label: `client:` and the id of a REST client; the exchange, if the registry
 * listed it when the message arrived; otherwise `other`. A message has the same label when it arrives and when it ends, even if the
 * registry changes in between. So for each label, as many jobs end as are received.
 *
 * @param listed - returns the exchanges in the current registry. Called for each label.
 */
export function createExchangeLabels(listed: () => readonly string[]): (message: Labelled) => string {
  /**
   * For each exchange that was ever listed, a time in milliseconds since the Unix epoch. Its messages that arrived up to that time are
   * labelled `other`.
   */
  const otherUntilMs = new Map<string, number>();
  /** The labels of REST clients. There are few, because only an operator creates credentials. */
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
