import { BUG_SUGGESTIONS } from "../../domain/ids.ts";
import type { LogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import { type BugLookup, type FoundBugs, noBugs } from "./bug-lookup.ts";
import { searchTerms } from "./search-terms.ts";

/** The suggestions for one error line. */
export interface Suggestion {
  /** The line without its prefix, trimmed. */
  readonly search: string;
  /** The terms that were looked up, in this order; empty if the line has none. */
  readonly search_terms: readonly string[];
  readonly bugs: FoundBugs;
}

/**
 * Yields one suggestion for each error line, in the order of the lines. A line is looked up by its term and, if that is missing or
 * finds nothing, by its crash signature. Each term is looked up once. This is a generator so that a thread can do other
 * work between two lines.
 */
export function* suggestBugs(
  errorLines: Iterable<string>,
  lookup: BugLookup,
  nowMs: number,
): Generator<Suggestion, void, undefined> {
  const known = new Map<string, FoundBugs>();
  const find = (term: string): FoundBugs => {
    const found = known.get(term) ?? lookup.find(term, nowMs);
    known.set(term, found);
    return found;
  };
  for (const line of errorLines) {
    const { cleanLine, term, crashSignature } = searchTerms(line);
    let bugs = term === null ? noBugs : find(term);
    const search_terms = term === null ? [] : [term];
    if (bugs.open_recent.length + bugs.all_others.length === 0 && crashSignature !== null) {
      search_terms.push(crashSignature);
      bugs = find(crashSignature);
    }
    yield { search: cleanLine, search_terms, bugs };
  }
}

/** Builds the artifact from suggestions, up to its maximum size. */
export class SuggestionsWriter {
  readonly #maxBytes: number;
  readonly #pieces: string[] = [];
  // Many lines may share the result of a term, so each result is serialised once.
  readonly #written = new Map<FoundBugs, string>();
  #bytes = "[]".length;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a suggestion. Returns false if the artifact would be too large. No more suggestions are needed then. */
  add({ search, search_terms, bugs }: Suggestion): boolean {
    const found = this.#written.get(bugs) ?? JSON.stringify(bugs);
    this.#written.set(bugs, found);
    const head = `{"search":${JSON.stringify(search)},"search_terms":${JSON.stringify(search_terms)}`;
    const piece = `${head},"bugs":${found}}`;
    this.#bytes += Buffer.byteLength(piece) + ",".length;
    if (this.#bytes > this.#maxBytes) return false;
    this.#pieces.push(piece);
    return true;
  }

  /** Returns the artifact, or a fault if it would be too large. */
  end():
    | { readonly ok: true; readonly artifact: Artifact }
    | { readonly ok: false; readonly fault: LogFault } {
    if (this.#bytes > this.#maxBytes) {
      const limitBytes = this.#maxBytes;
      return { ok: false, fault: { reason: "artifact-too-large", artifact: BUG_SUGGESTIONS, limitBytes } };
    }
    return {
      ok: true,
      artifact: { name: BUG_SUGGESTIONS, type: "json", blob: `[${this.#pieces.join(",")}]` },
    };
  }
}
