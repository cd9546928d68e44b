import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { openSuspectsNote } from "../../../src/ingest/suspects/suspects-note.ts";

let folder: string;
let told: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "suspects-note-"));
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const openNote = (place = folder) => {
  const tell = (event: string): void => void told.push(event);
  return openSuspectsNote(place, { error: tell, warn: tell, info: tell, debug: tell });
};

it("the last note is found by the next worker, until that worker writes its own", () => {
  const note = openNote();
  expect(note.found).toEqual([]);
  note.keep(["a"]);
  note.keep(["b", "c"]);
  const next = openNote();
  expect(next.found).toEqual(["b", "c"]);
  next.keep([]);
  expect(readdirSync(folder)).toEqual([]);
  expect(told).toEqual([]);
});

it("the notes of several workers are found together", () => {
  const [one, other] = [openNote(), openNote()];
  one.keep(["a"]);
  other.keep(["b"]);
  expect([...openNote().found].sort()).toEqual(["a", "b"]);
});

it("a note that cannot be read is logged and ignored, and is deleted when the next note is written", () => {
  writeFileSync(join(folder, "innocent-suspects-x.json"), "{");
  const note = openNote();
  expect(note.found).toEqual([]);
  note.keep(["a"]);
  expect(openNote().found).toEqual(["a"]);
  expect(told).toEqual(["suspects_note_unreadable"]);
});

it("a missing folder is created only when there is something to note; if that fails, the failure is logged", () => {
  const place = join(folder, "data");
  openNote(place).keep([]);
  expect(readdirSync(folder)).toEqual([]);
  openNote(place).keep(["a"]);
  expect(openNote(place).found).toEqual(["a"]);
  openNote("/dev/null/data").keep(["a"]);
  expect(told).toEqual(["suspects_note_not_kept"]);
});
