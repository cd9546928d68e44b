import { expect, it } from "@jest/globals";
import { matchesTopic } from "../../src/domain/topic-match.ts";

it.each<[string, string, boolean]>([
  ["treeherder.try", "treeherder.try", true],
  ["treeherder.try", "treeherder.autoland", false],
  ["treeherder.try", "treeherder.try.more", false],
  ["treeherder.*", "treeherder.try", true],
  ["treeherder.*", "treeherder", false],
  ["treeherder.*", "treeherder.try.more", false],
  ["treeherder.#", "treeherder", true],
  ["treeherder.#", "treeherder.try", true],
  ["treeherder.#", "treeherder.try.more", true],
  ["treeherder.#", "treeherders.try", false],
  ["#", "", true],
  ["#", "a.b.c", true],
  ["*", "", false],
  ["", "", true],
  ["#.try", "try", true],
  ["#.try", "a.b.try", true],
  ["#.try", "a.try.b", false],
  ["a.#.z", "a.z", true],
  ["a.#.z", "a.b.c.z", true],
  ["a.#.*.z", "a.z", false],
  ["a.#.*.z", "a.b.z", true],
  ["autoland._", "autoland._", true],
  ["a.**", "a.b", false],
  ["A", "a", false],
])("%s and %s: %s", (pattern, key, isMatch) => {
  expect(matchesTopic(pattern, key)).toBe(isMatch);
});

it("a key as long as the broker allows is compared quickly", () => {
  const pattern = `${"#.*.".repeat(63)}x`;
  expect(matchesTopic(pattern, "a.".repeat(127))).toBe(false);
});
