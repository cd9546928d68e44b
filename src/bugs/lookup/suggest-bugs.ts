import type { LogFault } from "../../domain/log-faults.ts";
import type { Artifact } from "../../domain/submission.ts";
import { type BugLookup, type FoundBugs, noBugs } from "./bug-lookup.ts";
import { searchTerms } from "./search-terms.ts";

/** What is suggested for one error line. */
export interface Suggestion {
  /** The line without prefix, trimmed. */
  readonly search: string;
  /** What was looked up, in this order; empty where the line has nothing to look up. */
  readonly search_terms: readonly string[];
  readonly bugs: FoundBugs;
}

/** Name of the artifact. */
export const BUG_SUGGESTIONS = "Bug suggestions";

/**
 * One suggestion for each error line, in their order: by its term and, where that is missing or finds nothing, by its
 * crash signature. A term is looked up once. A generator, so that a thread with other work can stop between two lines.
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

/** Puts suggestions together into the artifact, within its greatest size. */
export class SuggestionsWriter {
  readonly #maxBytes: number;
  readonly #pieces: string[] = [];
  // Lines share what a term found, and often are many: written out once.
  readonly #written = new Map<FoundBugs, string>();
  #bytes = "[]".length;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false: the artifact would be too large, no more need be given. */
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
