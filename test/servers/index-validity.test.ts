import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { withValidIndex } from "./index-validity.ts";

const expired = new Error(
  "mmdebstrap ended with 25:\nE: Release file for http://mirror.example/debian/dists/forky/InRelease is expired (invalid since 3d 2h). Updates for this repository will not be applied.\nE: apt-get update failed",
);

let said: string[];
beforeEach(() => {
  said = [];
  jest.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** The options of each attempt, and what was cleared between them. */
async function tries(...errors: readonly (Error | null)[]) {
  const seen: (readonly string[] | "cleared")[] = [];
  const left = [...errors];
  const end = await withValidIndex(
    async (options) => {
      seen.push(options);
      const error = left.shift() ?? null;
      if (error !== null) throw error;
    },
    async () => void seen.push("cleared"),
  ).catch((error: unknown) => error);
  return { seen, end };
}

it("the age of a mirror's index is checked if it has not expired", async () => {
  expect(await tries(null)).toEqual({ seen: [[]], end: undefined });
  expect(said).toEqual([]);
});

it("is not checked in the second attempt if it has expired, which a log line says", async () => {
  expect(await tries(expired, null)).toEqual({
    seen: [[], "cleared", ['--aptopt=Acquire::Check-Valid-Until "false"']],
    end: undefined,
  });
  expect(said).toEqual([expect.stringMatching(/index has expired.*Check-Valid-Until/)]);
});

it("is still checked after any other failure", async () => {
  for (const words of [
    "E: Failed to fetch http://mirror.example/debian/dists/forky/InRelease",
    "E: The following signatures couldn't be verified",
    "E: Release file for http://mirror.example/InRelease is not valid yet",
  ]) {
    const error = new Error(words);
    expect(await tries(error)).toEqual({ seen: [[]], end: error });
  }
});
