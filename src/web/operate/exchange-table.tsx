import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import { TimeAgo } from "../time-ago.tsx";
import type { ExchangeFigures } from "./operate-figures.ts";

export interface ExchangeTableProps {
  readonly exchanges: readonly ExchangeFigures[];
  /** The time of the figures, in ISO 8601. Ages are relative to it. */
  readonly now: string;
}

/** The figures of each exchange, summed over the workers that answered. */
export function ExchangeTable({ exchanges, now }: ExchangeTableProps) {
  if (exchanges.length === 0) return <p class="note">No worker says which exchanges it reads.</p>;
  return (
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">Exchange</th>
          <th scope="col">Bindings</th>
          <th scope="col" class="number">
            Received
          </th>
          <th scope="col" class="number">
            Rejected
          </th>
          <th scope="col">Last message</th>
        </tr>
      </thead>
      <tbody>
        {exchanges.map(({ exchange, routing_keys, trouble, received, rejected, last_received_at }) => (
          <tr key={exchange}>
            <th scope="row">
              <ShownText text={exchange} />
              {/* The problems at the top of the page give the reason. */}
              {trouble !== null && <span class="bad"> ⚠ degraded</span>}
            </th>
            <td data-label="Bindings">
              <Bindings keys={routing_keys} />
            </td>
            <td class="number" data-label="Received">
              {shownCount(received)}
            </td>
            <td class="number" data-label="Rejected">
              {shownCount(rejected)}
            </td>
            <td data-label="Last message">
              {last_received_at === null ? (
                <span class="muted">none since the start</span>
              ) : (
                <TimeAgo at={last_received_at} now={now} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The maximum number of routing keys that are shown without a fold. */
const SHOWN_KEYS = 3;

function Bindings({ keys }: { readonly keys: readonly string[] }) {
  if (keys.length === 0) return <span class="muted">not in the registry</span>;
  if (keys.length <= SHOWN_KEYS) return <>{keys.join(", ")}</>;
  return (
    <details>
      <summary>{keys.length} bindings</summary>
      {keys.join(", ")}
    </details>
  );
}
