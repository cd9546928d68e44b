import type { Outcome } from "../domain/delivery.ts";
import { clientIdOf, isClient } from "../domain/origin.ts";
import type { Counters } from "./counters.ts";

/** The job counts of one sender since the worker started. */
export interface SenderFigures {
  readonly received: number;
  /** Jobs that have ended, by outcome. */
  readonly ended: Record<Outcome, number>;
  /** When the last message arrived (ISO 8601, UTC); null if none has arrived. */
  readonly last_received_at: string | null;
}

export interface FiguresBySender {
  /** The exchanges in the registry, and `other` for all exchanges that it does not list. */
  readonly exchanges: (SenderFigures & { readonly exchange: string })[];
  readonly clients: (SenderFigures & { readonly client_id: string })[];
}

/** Reads the counters of each exchange and each REST client, in the order of their first messages. */
export async function figuresBySender(counters: Counters): Promise<FiguresBySender> {
  const senders = new Map<string, { received: number; ended: Record<Outcome, number> }>();
  const figuresOf = (sender: string) => {
    const known = senders.get(sender) ?? { received: 0, ended: noneEnded() };
    senders.set(sender, known);
    return known;
  };
  for (const { labels, value } of (await counters.received.get()).values) {
    if (labels.exchange !== undefined) figuresOf(String(labels.exchange)).received += value;
  }
  for (const { labels, value } of (await counters.ended.get()).values) {
    if (labels.exchange === undefined || labels.outcome === undefined) continue;
    figuresOf(String(labels.exchange)).ended[labels.outcome as Outcome] += value;
  }
  const figures = [...senders].map(([sender, each]) => {
    const atMs = counters.lastReceivedMs.get(sender);
    return { sender, ...each, last_received_at: atMs === undefined ? null : new Date(atMs).toISOString() };
  });
  return {
    exchanges: figures
      .filter(({ sender }) => !isClient(sender))
      .map(({ sender: exchange, ...rest }) => ({ exchange, ...rest })),
    clients: figures
      .filter(({ sender }) => isClient(sender))
      .map(({ sender, ...rest }) => ({ client_id: clientIdOf(sender), ...rest })),
  };
}

function noneEnded(): Record<Outcome, number> {
  return { stored: 0, unchanged: 0, skipped: 0, rejected: 0, failed: 0 };
}
