import type { BindingChanges } from "../../queries/binding-changes.ts";
import { columns } from "./columns.ts";

/** The plan for people: a line for each change, and the sums. Pure. */
export function renderPlan({ queue, ledger, bind, unbind, unchanged, refused }: BindingChanges): string {
  const known =
    ledger === null
      ? "there is no store yet, so no worker has bound anything"
      : `as workers have noted in ${ledger}; the broker is not asked`;
  const rows = [
    ...bind.map(({ exchange, routing_key }) => ["+ bind", exchange, routing_key]),
    ...unbind.map(({ exchange, routing_key }) => ["- unbind", exchange, routing_key]),
  ];
  const guard = refused
    ? "refused: a worker would not unbind so many of them at once; is it the right registry? If so, start one with PRUNE_FORCE=true\n"
    : "";
  return (
    `${queue}: ${known}\n\n${rows.length === 0 ? "" : `${columns(rows)}\n`}` +
    `to bind ${bind.length}, to unbind ${unbind.length}, unchanged ${unchanged.length}\n${guard}`
  );
}
