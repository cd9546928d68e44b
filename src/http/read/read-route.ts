import type { LogSlices } from "../../logs/cache/log-slices.ts";
import type { Store } from "../../store/ports/store.ts";

/** What the read API is answered from. */
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

/** A question as a route gets it. */
export interface ReadQuestion {
  /** `""` for a path without a project. The project is known. */
  readonly project: string;
  /** The number in the path, as text; `""` if there is none. */
  readonly id: string;
  /** Has each name once. */
  readonly query: URLSearchParams;
  /** The address of the question without its query, for links to further pages. */
  readonly address: string;
}

/** A body that is JSON text already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** One path of the read API. */
export interface ReadRoute {
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Returns the body of the answer: a value, or a {@link JsonText}. @throws ReadRefused for a question that is not answered. */
  readonly answer: (sources: ReadSources, question: ReadQuestion) => Promise<unknown>;
}

/** Returns the address of the same question with other parameters. */
export function linkTo({ address, query }: ReadQuestion, changes: Readonly<Record<string, string>>): string {
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) changed.set(name, value);
  return `${address}?${changed}`;
}
