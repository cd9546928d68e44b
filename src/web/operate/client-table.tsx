import { CopyCommand } from "../copy-command.tsx";
import { shownCount } from "../shown-count.ts";
import { TimeAgo } from "../time-ago.tsx";
import type { ClientFigures } from "./operate-figures.ts";

export interface ClientTableProps {
  readonly clients: readonly ClientFigures[];
  /** Whether the store answers. If not, only clients that have sent requests to a worker are known. */
  readonly isStoreThere: boolean;
  /** The time of the figures, in ISO 8601. Ages are relative to it. */
  readonly now: string;
}

/** The clients of the REST API, with their projects and their last use, but never with their secrets. */
export function ClientTable({ clients, isStoreThere, now }: ClientTableProps) {
  if (clients.length === 0 && !isStoreThere)
    return <p class="note">The store does not answer, so its clients are not known.</p>;
  if (clients.length === 0) {
    return (
      <p>
        There are none. To add one: <CopyCommand words={["pulse-ingest", "credentials", "add", "ID"]} />
      </p>
    );
  }
  return (
    <>
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">Client id</th>
            <th scope="col">Projects</th>
            <th scope="col" class="number">
              Received
            </th>
            <th scope="col" class="number">
              Rejected
            </th>
            <th scope="col">Last use</th>
          </tr>
        </thead>
        <tbody>
          {clients.map(({ client_id, projects, authorized, received, rejected, last_used_at }) => (
            <tr key={client_id}>
              <th scope="row">
                {client_id}
                {authorized === false && <span class="muted"> revoked</span>}
              </th>
              <td data-label="Projects">
                {authorized === null
                  ? "not known"
                  : projects === null
                    ? "all"
                    : projects.join(", ") || "none"}
              </td>
              <td class="number" data-label="Received">
                {countText(received)}
              </td>
              <td class="number" data-label="Rejected">
                {countText(rejected)}
              </td>
              <td data-label="Last use">
                {last_used_at === null ? (
                  <span class="muted">never</span>
                ) : (
                  <TimeAgo at={last_used_at} now={now} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        Received and rejected are counted by the workers above since their start. Clients are changed with{" "}
        <code>pulse-ingest credentials</code> only.
      </p>
    </>
  );
}

function countText(count: number | null): string {
  return count === null ? "not known" : shownCount(count);
}
