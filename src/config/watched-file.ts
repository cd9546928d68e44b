import { stat } from "node:fs/promises";
import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { pause } from "../timing/pause.ts";
import { readText } from "./yaml-file.ts";

export interface WatchedFileOptions<T> {
  /** Prefix of event names in the log: `registry` gives `registry_broken`. */
  readonly what: string;
  readonly path: string;
  readonly everyMs: number;
  /** @param text - null if there is no such file. @throws Misuse with all problems of the file. */
  readonly parse: (text: string | null) => T;
  /** Parses a changed text. Unlike `parse`, it may work asynchronously. @throws Misuse as `parse` does. */
  readonly parseChanged?: (text: string | null) => Promise<T>;
  /** Called when a changed content has come into force. */
  readonly onChange: (now: T, before: T) => void;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** A file that an operator writes, with its last valid content. */
export interface WatchedFile<T> {
  current(): T;
  /** How many versions of the file have been in force so far, including the present one. */
  generation(): number;
  /** Why the present content of the file is not in force; empty if it is. */
  problems(): readonly string[];
  /** Reads the file now, and logs the result. */
  reread(): Promise<void>;
}

/** The result of reading the file: the text (null if there is no such file), or why it cannot be read. */
type ReadResult = { readonly text: string | null } | { readonly unreadable: readonly string[] };

/**
 * Reads a file, and reads it again when it changes. An invalid file is reported in the log, and the previous content stays in
 * force.
 *
 * The file is read, and its text compared, every `everyMs`. This works on every file system, however the file is changed
 * (overwritten, replaced by an editor, or relinked by a ConfigMap). A new text is used only when two reads in a row have found
 * it, because the file may be half written when it is read, and half a registry can be valid.
 *
 * @throws Misuse if the file is invalid now.
 */
export async function watchFile<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
  const { what, path, parse, stop, log } = options;
  const parseChanged = options.parseChanged ?? (async (changed) => parse(changed));
  const text = await readText(path);
  let inForce = { text, value: parse(text) };
  let last: ReadResult = { text };
  let applied: ReadResult = last;
  let applying = Promise.resolve();
  let generation = 1;
  let problems: readonly string[] = [];

  async function keepReading(): Promise<void> {
    while (!stop.aborted) {
      await pause(options.everyMs, stop, false);
      if (stop.aborted) return;
      const now = await readNow(path);
      const isSettled = isSame(now, last);
      last = now;
      if (isSettled && !isSame(now, applied)) await applyInTurn(now);
    }
  }

  /** Processes one result after the other, so that the last one decides. */
  function applyInTurn(now: ReadResult): Promise<void> {
    const next = (): Promise<void> => apply(now);
    applying = applying.then(next, next);
    return applying;
  }

  async function apply(now: ReadResult): Promise<void> {
    applied = now;
    try {
      if ("unreadable" in now) throw new Misuse(now.unreadable);
      if (now.text === inForce.text) {
        problems = [];
        log.info(`${what}_unchanged`, { path, generation });
        return;
      }
      const before = inForce.value;
      inForce = { text: now.text, value: await parseChanged(now.text) };
      problems = [];
      generation++;
      options.onChange(inForce.value, before);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      problems = error.problems;
      log.error(`${what}_broken`, {
        path,
        problems,
        generation,
        hint: "the previous one stays in force; fix the file",
      });
    }
  }

  keepReading().catch((error: unknown) => log.error("bug", { what: `watching the ${what}`, error }));

  return {
    current: () => inForce.value,
    generation: () => generation,
    problems: () => problems,
    async reread() {
      last = await readNow(path);
      await applyInTurn(last);
    },
  };
}

async function readNow(path: string): Promise<ReadResult> {
  // Reading a pipe waits for a writer, perhaps for ever, and keeps the process from ending.
  const isPipe = await stat(path).then(
    (found) => found.isFIFO(),
    () => false,
  );
  if (isPipe) return { unreadable: [`${path} is a pipe, which cannot be read again: put a file there`] };
  try {
    return { text: await readText(path) };
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { unreadable: error.problems };
  }
}

function isSame(a: ReadResult, b: ReadResult): boolean {
  // A shortcut for texts, which may be long and are compared every second.
  if ("text" in a && "text" in b) return a.text === b.text;
  return JSON.stringify(a) === JSON.stringify(b);
}
