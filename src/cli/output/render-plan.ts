import type { BindingChanges } from "../../queries/binding-changes.ts";
import { columns } from "./columns.ts";

/** Renders the plan as text: a line for each change, then the totals. Pure. */
export function renderPlan({ queue, ledger, bind, unbind, unchanged, refused }: BindingChanges): string {
  const known =
    ledger === null
      ? "there is no store yet, so no worker has bound anything"
      : `compared with the bindings that workers recorded in ${ledger}; the broker was not asked`;
  const rows = [
    ...bind.map(({ exchange, routing_key }) => ["+ bind", exchange, routing_key]),
    ...unbind.map(({ exchange, routing_key }) => ["- unbind", exchange, routing_key]),
  ];
  const guard = refused
    ? "refused: a worker does not remove more than half of the bindings. Is this the right registry? If so, start a worker with PRUNE_FORCE=true\n"
    : "";
  return (
    `${queue}: ${known}\n\n${rows.length === 0 ? "" : `${columns(rows)}\n`}` +
    `to bind ${bind.length}, to unbind ${unbind.length}, unchanged ${unchanged.length}\n${guard}`
  );
}
