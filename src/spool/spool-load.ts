import type { SpoolEntry } from "./spool-row.ts";

/** The size of the content of a spool. */
export interface SpoolLoad {
  readonly deliveries: number;
  readonly jobs: number;
  /** Bodies, routes and properties, plus {@link ROW_BYTES} for each row. */
  readonly bytes: number;
}

/** The approximate size of a row without its body, route and properties. */
export const ROW_BYTES = 64;

/** Returns the load after entries have been appended (`sign` 1) or removed (-1). */
export function changeLoad(load: SpoolLoad, entries: readonly SpoolEntry[], sign: 1 | -1): SpoolLoad {
  const deliveries = load.deliveries + sign * entries.length;
  let { jobs, bytes } = load;
  for (const entry of entries) {
    jobs += sign * entry.jobs;
    bytes += sign * bytesOf(entry);
  }
  return { deliveries, jobs, bytes: deliveries === 0 ? 0 : bytes };
}

/** Returns how much of the spool's limit an entry uses, in bytes. */
export function bytesOf({ delivery }: SpoolEntry): number {
  const { exchange, routingKey, body, properties } = delivery;
  const declared = properties === undefined ? 0 : JSON.stringify(properties).length;
  return exchange.length + routingKey.length + body.length + declared + ROW_BYTES;
}
