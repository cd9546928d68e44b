/**
 * Looks terms up among many bugs in memory, and prints how long that takes and how much memory the bugs take. It is a process
 * of its own, because garbage of other parts could be collected at any time, which would change the memory in use.
 */
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BugIndexBuilder } from "../../../src/bugs/lookup/bug-index.ts";
import type { BugLookup } from "../../../src/bugs/lookup/bug-lookup.ts";
import type { Bug } from "../../../src/domain/bug.ts";
import { seededRandom } from "../../logs/parse/hostile-lines.ts";
import { percentile } from "../part.ts";
import { BUGS, type BugsSaid, TERMS } from "./bugs-said.ts";

const TRIES = 3;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
const random = seededRandom(5);
const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];
const folders = [
  "dom/base",
  "browser/components/sessionstore",
  "layout/reftests",
  "js/src/jit-test",
] as const;
const ends = [
  "timed out",
  "leaked 2 windows",
  "Assertion failure: !mIsDestroyed",
  "got 3, expected 4",
] as const;
const file = (nth: number): string => `test_bug${nth * 7919}.html`;

function anIndex(): BugLookup {
  const builder = new BugIndexBuilder();
  const now = Date.now();
  for (let at = 0; at < BUGS; at += 1000) {
    const page = Array.from({ length: 1000 }, (_, nth): Bug => {
      const id = 1_000_000 + at + nth;
      const summary = `Intermittent ${pick(folders)}/${file(at + nth)} | ${pick(ends)} - ${random()}`;
      return {
        ...{ id, summary, status: "NEW", resolution: pick(["", "", "FIXED"]), os: "Linux" },
        ...{
          crash_signature: nth % 10 === 0 ? `[@ mozilla::dom::Thing${id}::Run]` : "",
          keywords: "intermittent-failure",
        },
        modified: new Date(now - random() * 365 * 86_400_000).toISOString(),
      };
    });
    builder.add(page);
  }
  return builder.build();
}

/** Returns a term like those of error lines: mostly a test's file, often a line that matches no bug, sometimes a common text. */
function aTerm(_: unknown, nth: number): string {
  const dice = random();
  if (dice < 0.6) return file(Math.floor(random() * BUGS * 1.3));
  if (dice < 0.8)
    return `TEST-UNEXPECTED-FAIL | ${pick(folders)}/${file(nth)} | ${pick(ends)} at ${random()}`.slice(
      0,
      100,
    );
  if (dice < 0.9) return `mozilla::dom::Thing${1_000_000 + nth}::Run`;
  return pick([...ends, "Intermittent", "window", "reftests/test_bug79"]);
}

/** Returns the time of the fastest of several attempts, in milliseconds, because other load can only add time. */
function fastest(lookup: BugLookup, term: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const from = performance.now();
    lookup.find(term, Date.now());
    least = Math.min(least, performance.now() - from);
  }
  return least;
}

/** Returns the memory of this process after garbage collection, in MiB. */
async function heldMib(): Promise<number> {
  collectGarbage();
  // Memory that buffers used outside of the heap is released a little later.
  await wait(100);
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

const beforeMib = await heldMib();
const index = anIndex();
const indexMib = (await heldMib()) - beforeMib;
const terms = Array.from({ length: TERMS }, aTerm);
// The first look-ups are not counted, because the JIT compiler is still busy.
for (const term of terms) fastest(index, term);
const times = terms.map((term) => fastest(index, term));
const said: BugsSaid = { p95Ms: percentile(times, 0.95), indexMib };
console.log(JSON.stringify(said));
