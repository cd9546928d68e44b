import { createHash } from "node:crypto";
import type { Bug } from "../domain/bug.ts";
import { canonicalJson } from "../domain/text/canonical-json.ts";
import type { BugCache } from "../store/ports/bug-cache.ts";
import type { CopiedCount } from "./copy-documents.ts";
import type { ComparedCount } from "./verify-copy.ts";

const BUGS_AT_ONCE = 1000;

/** Copies the cached bugs, unless the target has some. Bugs are only replaced as a whole, and those of the target may be newer. */
export async function copyBugs(from: BugCache, to: BugCache): Promise<CopiedCount> {
  const bugs: Bug[] = [];
  for await (const page of bugPages(from)) for (const bug of page) bugs.push(bug);
  const isKept = (await to.bugsVersion()) !== null;
  if (bugs.length > 0 && !isKept) await to.replaceBugs(bugs);
  const documents = bugs.length;
  return { documents, written: isKept ? 0 : documents, kept: isKept ? documents : 0, renumbered: 0 };
}

/** Compares the cached bugs. If the target has different bugs, they count as later. */
export async function compareBugs(from: BugCache, to: BugCache): Promise<ComparedCount> {
  const [source, target] = await Promise.all([digestOf(from), digestOf(to)]);
  const is = source.sha256 === target.sha256 ? "same" : target.bugs > 0 ? "later" : "different";
  const counts = { same: 0, later: 0, different: 0, [is]: source.bugs };
  return { documents: source.bugs, ...counts, from_sha256: source.sha256, to_sha256: target.sha256 };
}

async function digestOf(cache: BugCache): Promise<{ readonly bugs: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bugs = 0;
  for await (const page of bugPages(cache)) {
    for (const bug of page) hash.update(`${canonicalJson(bug)}\n`);
    bugs += page.length;
  }
  return { bugs, sha256: hash.digest("hex") };
}

async function* bugPages(cache: BugCache): AsyncGenerator<readonly Bug[]> {
  let after = 0;
  for (;;) {
    const page: readonly Bug[] = await cache.readBugs(after, BUGS_AT_ONCE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.id;
  }
}
