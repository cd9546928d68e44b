import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { makeFolder } from "../../disk/make-folder.ts";
import { PRIVATE_FILE } from "../../disk/private-files.ts";
import type { Log } from "../../log.ts";

/** A note on this disk of entries in the ledger of suspects that killed no worker. It is needed while the store is away. */
export interface SuspectsNote {
  /** Keys that earlier workers could not remove from the ledger when they ended normally. */
  readonly found: readonly string[];
  /** Replaces all keys that were found or kept before; an empty list removes them. Never throws. */
  keep(keys: readonly string[]): void;
}

const NAME = /^innocent-suspects-.*\.json$/;
const keysOf = z.array(z.string());

/** Reads the notes of earlier workers. A missing folder contains none. A note that cannot be read is logged and ignored. */
export function openSuspectsNote(folder: string, log: Log): SuspectsNote {
  let files = noteFiles(folder);
  const found = files.flatMap((path) => {
    try {
      return keysOf.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch (error) {
      log.warn("suspects_note_unreadable", {
        path,
        error,
        hint: "some messages may be handled alone once more",
      });
      return [];
    }
  });
  return {
    found,
    keep(keys) {
      try {
        const kept = keys.length === 0 ? [] : [writeNote(folder, keys)];
        for (const path of files) rmSync(path, { force: true });
        files = kept;
      } catch (error) {
        // In this case the next worker counts one death for each of these suspects.
        log.warn("suspects_note_not_kept", { folder, suspects: keys.length, error });
      }
    },
  };
}

function noteFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .map((name) => join(folder, name));
  } catch {
    // No note was ever written. If the folder is needed for anything else, that code reports the problem.
    return [];
  }
}

/** Writes a note, which gets its final name only when it is complete, because another worker may start at the same time. */
function writeNote(folder: string, keys: readonly string[]): string {
  const path = join(folder, `innocent-suspects-${randomUUID()}.json`);
  makeFolder(folder);
  writeFileSync(`${path}.part`, JSON.stringify(keys), { mode: PRIVATE_FILE });
  renameSync(`${path}.part`, path);
  return path;
}
