import { printable } from "../../domain/text/printable.ts";
import type { TabProps } from "./tab-props.ts";
import { WideTable } from "./wide-table.tsx";

/** The performance tab: the values that the job measured. */
export function PerformanceTab({ shown: { performance } }: TabProps) {
  const { rows, is_cut } = performance;
  if (rows.length === 0 && !is_cut) return <p>No performance data was found.</p>;
  return (
    <>
      {rows.length > 0 && (
        <WideTable label="Performance data">
          <thead>
            <tr>
              <th scope="col">Suite</th>
              <th scope="col">Test</th>
              <th scope="col" class="number">
                Value
              </th>
              <th scope="col">Unit</th>
              <th scope="col">Framework</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ framework, suite, subtest, value, unit }) => (
              <tr class={subtest === null ? "suite" : undefined}>
                <th scope="row">{printable(suite)}</th>
                <td>{subtest === null ? "whole suite" : printable(subtest)}</td>
                <td class="number">{value}</td>
                <td>{unit === null ? "" : printable(unit)}</td>
                <td>{printable(framework)}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      {is_cut && (
        <p class="muted">There are more values than are shown here. The Data tab has the whole artifact.</p>
      )}
    </>
  );
}
