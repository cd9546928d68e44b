import type { Bug } from "../src/domain/bug.ts";
import { complaints, generalSuites, suites } from "./catalogue.ts";
import { SeededRandom } from "./seeded-random.ts";

const FIRST_BUG = 1_850_000;
const DAY_MS = 86_400_000;

/** Returns bugs about failures of the demo's tests, by ascending id: some open, some fixed, some unchanged for years. Pure. */
export function knownBugs(seed: number, endsAtMs: number): readonly Bug[] {
  const random = new SeededRandom(seed, "bugs");
  const tests = [...new Set([...suites, ...generalSuites].flatMap((suite) => suite.tests))];
  return tests.flatMap((test, at) => {
    // Every third test has no bug yet.
    if (at % 3 === 2) return [];
    return Array.from({ length: random.between(1, 4) }, (_, n): Bug => {
      const isFixed = n > 0;
      return {
        id: FIRST_BUG + at * 100 + n,
        summary: `Intermittent ${test} | ${random.pick(complaints)}`,
        status: isFixed ? "RESOLVED" : "NEW",
        resolution: isFixed ? random.pick(["FIXED", "INCOMPLETE", "DUPLICATE"]) : "",
        crash_signature: "",
        keywords: "intermittent-failure",
        os: random.pick(["Unspecified", "Linux", "Windows 10"]),
        modified: new Date(endsAtMs - (isFixed ? 400 : 3) * DAY_MS * random.next()).toISOString(),
      };
    });
  });
}
