import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";
import { printable } from "../../domain/text/printable.ts";
import { DataLink } from "../data-link.tsx";
import type { JobInfoEntry } from "../shown-job.ts";

interface JobInfoListProps {
  readonly details: readonly JobInfoEntry[];
  /** Whether there are more entries than `details`. Default: false. */
  readonly hasMore?: boolean;
  /** The name that the test results viewer shows for the results. */
  readonly resultsName: string;
}

/** The entries of `Job Info`, with exactly the markup that publishers expect. @see spec/ui.md, section 1 */
export function JobInfoList({ details, hasMore = false, resultsName }: JobInfoListProps) {
  return (
    <>
      <ul class="job-info">
        {details.map((entry) => (
          <li key={`${entry.kind} ${entry.title} ${entry.url} ${entry.value}`}>
            <Entry entry={entry} resultsName={resultsName} />
          </li>
        ))}
      </ul>
      {hasMore && (
        <p class="muted">
          Only the first {details.length} entries are shown. The artifact “Job Info” in the tab “Data” has
          all.
        </p>
      )}
    </>
  );
}

interface EntryProps {
  readonly entry: JobInfoEntry;
  readonly resultsName: string;
}

function Entry({ entry, resultsName }: EntryProps) {
  const title = printable(entry.title === null || entry.title === "" ? "Untitled data" : entry.title);
  if (entry.kind === "link" && entry.url !== null) {
    const value = printable(entry.value);
    return (
      <>
        {title}:{" "}
        <DataLink title={value} href={entry.url}>
          {value}
        </DataLink>
        {entry.value.endsWith("raw.log") && (
          <>
            {" - "}
            <DataLink href={resultsViewer(entry.url, resultsName)}>open in test results viewer</DataLink>
          </>
        )}
      </>
    );
  }
  const isHtml = entry.kind === "raw_html";
  return (
    <>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the markup that publishers expect has a label without a control */}
      <label>{title}</label>
      {isHtml ? (
        // `raw-html.ts` replaces the text with the sanitised HTML. Without scripts the text itself is shown.
        <span class="raw-html" data-raw-html="">
          {entry.value}
        </span>
      ) : (
        <span>{escapeInvisibleLines(entry.value)}</span>
      )}
    </>
  );
}

/** Returns the address of the test results viewer that the reference links to for such logs. */
function resultsViewer(url: string, name: string): string {
  return `https://mozilla.github.io/wptview/#/?urls=${encodeURIComponent(url)},${encodeURIComponent(name)}`;
}
