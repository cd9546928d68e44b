import { printable } from "../../domain/text/printable.ts";
import { type LogPlace, logAddress } from "../addresses.ts";
import { bytesText, countText } from "./bytes-text.ts";
import { LogLine } from "./log-line.tsx";
import {
  hasNoSummary,
  type LogNotThere,
  type ViewedLine,
  type ViewedLog,
  type ViewedText,
} from "./viewed-log.ts";

/** Consecutive lines of a log. */
export interface LineBlock {
  readonly from: number;
  readonly lines: readonly ViewedLine[];
}

/** The lines that contain a text. */
export interface PlainFound {
  readonly text: string;
  readonly count: number;
  /** The numbers of the first of these lines. */
  readonly lines: readonly number[];
}

/** The content of a log's page without scripts. */
export type PlainPage =
  | {
      readonly state: "lines";
      readonly text: ViewedText;
      readonly blocks: readonly LineBlock[];
      /** Whether only the failing lines are shown, each with some lines around it. */
      readonly isFailing: boolean;
      /** Where the previous and the next page begin: a line, or the index of a failing line if `isFailing`; null if there is none. */
      readonly previous: number | null;
      readonly next: number | null;
      readonly found: PlainFound | null;
    }
  | { readonly state: "busy"; readonly detail: string }
  | LogNotThere;

export interface PlainLogProps {
  readonly viewed: ViewedLog;
  readonly page: PlainPage;
}

/** A log without scripts: some lines, and links to others. */
export function PlainLog({ viewed, page }: PlainLogProps) {
  const { job, chosen } = viewed;
  const place: LogPlace = {
    project: job.project,
    guid: job.job_guid,
    ...(chosen !== null && { log: chosen.name }),
  };
  switch (page.state) {
    case "busy":
      return <Note text={`${page.detail}.`} address={logAddress(place)} />;
    case "fetching":
      return (
        <Note
          text={`The log is being fetched: ${bytesText(page.bytes)} so far.`}
          address={logAddress(place)}
        />
      );
    case "failed": {
      const { heading, advice, detail } = page;
      return <Note text={`${heading}: ${printable(detail)}. ${advice}`} address={logAddress(place)} />;
    }
    case "lines":
      return <PlainLines viewed={viewed} page={page} place={place} />;
  }
}

function Note({ text, address }: { readonly text: string; readonly address: string }) {
  return (
    <p class="note">
      {text} <a href={address}>Look again</a>
    </p>
  );
}

interface PlainLinesProps {
  readonly viewed: ViewedLog;
  readonly page: Extract<PlainPage, { state: "lines" }>;
  readonly place: LogPlace;
}

function PlainLines({ viewed, page, place }: PlainLinesProps) {
  const { failing, job } = viewed;
  const { text, blocks, isFailing, previous, next, found } = page;
  const failingLines = new Set(failing);
  const view = isFailing ? ({ view: "errors" } as const) : {};
  const pages = (
    <nav class="log-pages" aria-label="Pages of the log">
      {previous !== null && <a href={logAddress({ ...place, ...view, from: previous })}>earlier lines</a>}
      <span class="muted">
        {text.total === 0
          ? "The log is empty."
          : `${countText(text.total)} ${text.total === 1 ? "line" : "lines"}, numbered from 0.`}
        {!text.is_final && ` The job is ${printable(job.state)}, so there may be more by now.`}
      </span>
      {next !== null && <a href={logAddress({ ...place, ...view, from: next })}>later lines</a>}
    </nav>
  );
  return (
    <>
      <PlainTools page={page} place={place} viewed={viewed} />
      {found !== null && <Hits found={found} place={place} />}
      {pages}
      <div class="log-plain">
        {blocks.map(({ from, lines }) => (
          <div key={from} class="log-block">
            {lines.map((line, index) => (
              <LogLine
                key={from + index}
                line={line}
                number={from + index}
                isFailing={failingLines.has(from + index)}
              />
            ))}
          </div>
        ))}
      </div>
      {blocks.length > 0 && pages}
    </>
  );
}

function PlainTools({ page: { found, isFailing }, place, viewed }: PlainLinesProps) {
  const failing = viewed.failing.length;
  const isSearched = hasNoSummary(viewed);
  return (
    <form class="log-tools" action="/log" method="get">
      <input type="hidden" name="project" value={place.project} />
      <input type="hidden" name="guid" value={place.guid} />
      {place.log !== undefined && <input type="hidden" name="log" value={place.log} />}
      <input type="hidden" name="from" value="0" />
      <label>
        find <input type="search" name="find" value={found?.text ?? ""} maxLength={200} />
      </label>
      <button type="submit">Find</button>
      {(failing > 0 || isSearched) && (
        <a href={logAddress(isFailing ? { ...place, from: 0 } : { ...place, view: "errors", from: 0 })}>
          {isFailing ? "all lines" : isSearched ? "errors only" : `errors only (${countText(failing)})`}
        </a>
      )}
      {isFailing && failing === 0 && <span>No line looks like an error.</span>}
    </form>
  );
}

function Hits({
  found: { text, count, lines },
  place,
}: {
  readonly found: PlainFound;
  readonly place: LogPlace;
}) {
  return (
    <p class="log-hits">
      {count === 0
        ? "No line contains"
        : `${countText(count)} ${count === 1 ? "line contains" : "lines contain"}`}{" "}
      “{printable(text)}”{lines.length > 0 && ": "}
      {lines.map((line) => (
        <>
          <a key={line} href={logAddress({ ...place, find: text, from: Math.max(0, line - 5), line })}>
            {line}
          </a>{" "}
        </>
      ))}
      {count > lines.length && "…"}
    </p>
  );
}
