import { describe, expect, it } from "@jest/globals";
import { byCodePoint, jobSignature, optionCollectionHash } from "../../src/domain/signature.ts";

describe("the hash of an option collection", () => {
  const table: readonly (readonly [readonly string[], string])[] = [
    [["opt"], "102210fe594ee9b33d82058545b1ed14f4c8206e"],
    [["debug"], "32faaecac742100f7753f0c1d0aa0add01b4046b"],
    [["e10s", "debug"], "b2acb354cb3de0829d5b8ada78dfaa30e65513b1"],
    [["opt", "Asan"], "f8c5e4dc3dc8c757b3c394dc237dbd4599f64c74"],
    [[], "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ];
  for (const [options, hash] of table) {
    it(`of ${options.join(", ") || "no options"}`, () => {
      expect(optionCollectionHash(options.toSorted(byCodePoint))).toBe(hash);
    });
  }
});

it("options are sorted by code point, not by UTF-16 unit", () => {
  const names = ["\u{1f600}", "\uffee", "b", "B", "ab", "a", ""];
  expect(names.toSorted(byCodePoint)).toEqual(["", "B", "a", "ab", "b", "\uffee", "\u{1f600}"]);
  expect(names.toSorted()).not.toEqual(names.toSorted(byCodePoint));
});

it("the signature is the hash of its parts in their fixed order", () => {
  const linux = { os_name: "linux", platform: "linux64", architecture: "x86_64" };
  const parts = {
    ...{ build_system_type: "taskcluster", project: "proj", build_platform: linux, machine_platform: linux },
    ...{ group_name: "GN", group_symbol: "GS", name: "N", job_symbol: "S" },
    option_collection_hash: optionCollectionHash(["opt"]),
  };
  expect(jobSignature(parts, null)).toBe("879f90678c09426a00e13acf90771d3ea9644a82");
  expect(jobSignature(parts, "None")).toBe(jobSignature(parts, null));
  expect(jobSignature({ ...parts, group_symbol: "?" }, null)).not.toBe(jobSignature(parts, null));
});
