import { Gauge, Registry } from "prom-client";

/** Creates the metrics of a process that only serves pages. Their names are the same as in a worker. */
export function createPagesGauges() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    build: new Gauge({
      name: "pulse_ingest_build_info",
      help: "Always 1. The label is the version.",
      labelNames: ["version"] as const,
      registers,
    }),
    storeAway: new Gauge({
      name: "pulse_ingest_store_away",
      help: "1 if the store does not answer now.",
      registers,
    }),
  };
}
