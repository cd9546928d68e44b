import { shortRevision } from "../../domain/result-set.ts";
import { printable } from "../../domain/text/printable.ts";
import { jobAddress, pushAddress } from "../addresses.ts";
import { jobStatus, shadingClass } from "../job-status.ts";
import type { SimilarRow } from "../shown-job.ts";
import { ShownTime } from "../shown-time.tsx";
import { durationText } from "./job-duration.ts";
import { statusCounts } from "./status-counts.ts";
import type { TabProps } from "./tab-props.ts";
import { WideTable } from "./wide-table.tsx";

/** The results of jobs of the same kind in other pushes. They show whether a failure is new or intermittent. */
export function SimilarJobsTable({ shown, zone }: TabProps) {
  const { similar } = shown;
  return (
    <>
      <h2>Jobs of the same kind</h2>
      {similar === null && <p class="muted">Reading how they ended …</p>}
      {similar?.length === 0 && <p>None in the newest pushes of the project.</p>}
      {similar !== null && similar.length > 0 && (
        <>
          <p>The newest: {statusCounts(similar.map(statusOf))}.</p>
          <WideTable label="Jobs of the same kind">
            <thead>
              <tr>
                <th scope="col">Status</th>
                <th scope="col">Push</th>
                <th scope="col">Pushed</th>
                <th scope="col">Duration</th>
              </tr>
            </thead>
            <tbody>
              {similar.map((row) => (
                <Row key={row.guid} row={row} shown={shown} zone={zone} />
              ))}
            </tbody>
          </WideTable>
        </>
      )}
    </>
  );
}

function statusOf({ state, result }: SimilarRow): string {
  return jobStatus(state, result, false);
}

interface RowProps extends TabProps {
  readonly row: SimilarRow;
}

function Row({ row, shown, zone }: RowProps) {
  const { project } = shown.job;
  const { guid, revision, order_at } = row;
  const status = statusOf(row);
  return (
    <tr>
      <th scope="row" class={shadingClass(status)}>
        <a href={jobAddress({ project, guid })}>{printable(status)}</a>
      </th>
      <td>
        <a href={pushAddress({ project, revision, job: guid })}>{printable(shortRevision(revision))}</a>
      </td>
      <td>
        <ShownTime at={order_at} zone={zone} />
      </td>
      <td>{durationText(row, Date.parse(shown.read_at) / 1000) ?? ""}</td>
    </tr>
  );
}
