/**
 * jest's order of test files: the longest first, so that none of them is left alone at the end. On a fresh clone jest knows
 * no times yet and goes by the size of the files, which says little about those that wait for faults to be injected.
 */
import TestSequencer from "@jest/test-sequencer";

const longest = ["test/chaos/run-chaos", "test/story/log", "test/chaos/killed-at-each-step"];

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => longest.findIndex((name) => path.includes(`${name}.test.ts`));
    const isLong = (test) => rank(test) !== -1;
    const first = tests.filter(isLong).toSorted((one, other) => rank(one) - rank(other));
    return [...first, ...super.sort(tests.filter((test) => !isLong(test)))];
  }
}
