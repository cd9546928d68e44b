import type { SpoolEntry } from "./spool-row.ts";

/** How much a spool holds. */
export interface SpoolLoad {
  readonly deliveries: number;
  readonly jobs: number;
  /** Bodies and routes, with a flat sum for the rest. */
  readonly bytes: number;
}

/** What a row costs besides its body and route, roughly. */
export const ROW_BYTES = 64;

/** The load after entries have been appended (`sign` 1) or removed (-1). */
export function changeLoad(load: SpoolLoad, entries: readonly SpoolEntry[], sign: 1 | -1): SpoolLoad {
  const deliveries = load.deliveries + sign * entries.length;
  let { jobs, bytes } = load;
  for (const entry of entries) {
    jobs += sign * entry.jobs;
    bytes += sign * bytesOf(entry);
  }
  return { deliveries, jobs, bytes: deliveries === 0 ? 0 : bytes };
}

/** What an entry counts towards the limit. */
export function bytesOf({ delivery }: SpoolEntry): number {
  const { exchange, routingKey, body, properties } = delivery;
  const declared = properties === undefined ? 0 : JSON.stringify(properties).length;
  return exchange.length + routingKey.length + body.length + declared + ROW_BYTES;
}
