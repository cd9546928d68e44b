import type { LogSlices } from "../../logs/cache/log-slices.ts";
import type { Store } from "../../store/ports/store.ts";

/** The sources that the read API reads from. */
export interface ReadSources {
  readonly store: Pick<
    Store,
    | "pageOfProject"
    | "selectJobs"
    | "readJobs"
    | "readListed"
    | "listSubmittedPushes"
    | "findPushes"
    | "listArtifacts"
    | "listChangedLogs"
    | "listProjectNames"
    | "hasProject"
    | "listOptionCollections"
    | "findJob"
    | "findArtifact"
    | "findResultSet"
  >;
  readonly logs: LogSlices;
}

/** The parts of a request that routes need. */
export interface ReadQuestion {
  /** A project that exists; `""` for a path without a project. */
  readonly project: string;
  /** The number in the path, as text; `""` if there is none. */
  readonly id: string;
  /** Contains each name only once. */
  readonly query: URLSearchParams;
  /** The URL of the request without its query, for links to other pages. */
  readonly address: string;
}

/** A body that is already JSON text. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** One route of the read API. */
export interface ReadRoute {
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Returns the body of the answer: a value, or a {@link JsonText}. @throws ReadRefused if the request is refused. */
  readonly answer: (sources: ReadSources, question: ReadQuestion) => Promise<unknown>;
}

/** Returns the URL of the same request with some parameters changed. */
export function linkTo({ address, query }: ReadQuestion, changes: Readonly<Record<string, string>>): string {
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value);
  return `${address}?${changed}`;
}
