import type { ComponentChildren } from "preact";
import { printable } from "../../domain/text/printable.ts";
import { logAddress } from "../addresses.ts";
import { DataLink } from "../data-link.tsx";
import type { FailureLine, LinkedBug, ShownJob } from "../shown-job.ts";
import { sharedWords } from "./shared-words.ts";
import type { TabProps } from "./tab-props.ts";

/** The distinct error lines of a job, each with the bugs that may be its cause. */
export function FailureLines({ shown }: TabProps) {
  const { lines, is_cut } = shown.failures;
  return (
    <>
      <ul class="failure-lines">
        {lines.map((line) => (
          <li key={line.search}>
            <Line line={line} shown={shown} />
          </li>
        ))}
      </ul>
      {is_cut && <p class="muted">There are more error lines than are shown here. The log has them all.</p>}
    </>
  );
}

function Line({ line, shown }: { readonly line: FailureLine; readonly shown: ShownJob }) {
  const { search, count, line_numbers, open_bugs, other_bugs, has_too_many } = line;
  const isUnknown = open_bugs.length + other_bugs.length === 0 && !has_too_many;
  const bugs = (list: readonly LinkedBug[]) => (
    <ul class="bugs">
      {list.map((bug) => (
        <li key={bug.id}>
          <Bug bug={bug} search={search} address={shown.bug_address} />
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <p class="failure-line">
        <code>{printable(search)}</code>
        {count > 1 && (
          <span class="times" title={`this line appears ${count} times`}>
            {" "}
            ×{count}
          </span>
        )}
        {line_numbers.map((number) => (
          <>
            {" "}
            <LineLink shown={shown} number={number}>
              L{number}
            </LineLink>
          </>
        ))}
      </p>
      {open_bugs.length > 0 && bugs(open_bugs)}
      {other_bugs.length > 0 && open_bugs.length === 0 && bugs(other_bugs)}
      {other_bugs.length > 0 && open_bugs.length > 0 && (
        <details>
          <summary>
            Show / hide {other_bugs.length} closed or older {other_bugs.length === 1 ? "bug" : "bugs"}
          </summary>
          {bugs(other_bugs)}
        </details>
      )}
      {has_too_many && (
        <p class="muted">Exceeded max (20) bug suggestions, most of which are likely false positives.</p>
      )}
      {isUnknown && <p class="muted">no bug is known for this line</p>}
    </>
  );
}

function Bug({
  bug,
  search,
  address,
}: {
  readonly bug: LinkedBug;
  readonly search: string;
  readonly address: string;
}) {
  const { id, resolution } = bug;
  const summary = sharedWords(printable(bug.summary), search).map(({ text, isShared }) =>
    isShared ? <strong>{text}</strong> : text,
  );
  const title = resolution === "" ? "open" : printable(resolution);
  const words = (
    <>
      {id} {summary}
    </>
  );
  return (
    <DataLink title={title} href={`${address}${id}`}>
      {resolution === "" ? words : <s>{words}</s>}
    </DataLink>
  );
}

interface LineLinkProps {
  readonly shown: ShownJob;
  readonly number: number;
  readonly children: ComponentChildren;
}

/** A link to a line of the log that the summary was made from. */
export function LineLink({ shown: { job, failures }, number, children }: LineLinkProps) {
  const { log_name: log } = failures;
  const place = { project: job.project, guid: job.job_guid, line: number };
  return <a href={logAddress(log === null ? place : { ...place, log })}>{children}</a>;
}
