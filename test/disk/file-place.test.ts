import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type FilePlace, watchPlace } from "../../src/disk/file-place.ts";

let folder: string;
let inside: string;
let place: () => FilePlace;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "place-"));
  inside = join(folder, "data");
  mkdirSync(inside);
  writeFileSync(join(inside, "file"), "");
  place = watchPlace(join(inside, "file"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a file that is written to, or moved away and back, is kept", () => {
  writeFileSync(join(inside, "file"), "more");
  renameSync(inside, join(folder, "aside"));
  expect(place()).toBe("gone");
  renameSync(join(folder, "aside"), inside);
  expect(place()).toBe("kept");
});

it("a file is gone if it was deleted, its folder was deleted, or a file has replaced the folder", () => {
  rmSync(join(inside, "file"));
  expect(place()).toBe("gone");
  rmSync(inside, { recursive: true });
  expect(place()).toBe("gone");
  writeFileSync(inside, "");
  expect(place()).toBe("gone");
});

it("a file counts as replaced if another one has its name, also behind a link", () => {
  renameSync(inside, join(folder, "first"));
  symlinkSync(join(folder, "first"), inside);
  expect(place()).toBe("kept");
  rmSync(inside);
  mkdirSync(inside);
  writeFileSync(join(inside, "file"), "");
  expect(place()).toBe("replaced");
});
