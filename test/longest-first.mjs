/**
 * jest's order of test files: the longest first, so that none of them runs alone at the end. On a fresh clone jest knows
 * no durations yet and uses the size of the files, which says little about those that start processes or wait for faults.
 */
import TestSequencer from "@jest/test-sequencer";

/** Test files that take more than 40 s, longest first. */
const longest = [
  ...["chaos/killed-at-each-step", "chaos/run-chaos", "story/log", "story/worker", "story/observed-worker"],
  ...["store/mongodb-store", "web/grid", "web/log", "story/publisher", "quickstart/main", "servers/servers"],
  ...["chaos/run-outage", "web/security", "web/job", "cli/commands/logs", "story/silent-broker"],
];

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => longest.findIndex((name) => path.includes(`/test/${name}.test.ts`));
    const isLong = (test) => rank(test) !== -1;
    const first = tests.filter(isLong).toSorted((one, other) => rank(one) - rank(other));
    return [...first, ...super.sort(tests.filter((test) => !isLong(test)))];
  }
}
