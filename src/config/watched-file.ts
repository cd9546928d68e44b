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
  /** Parses a text that has changed meanwhile. It may take its time. @throws Misuse as `parse`. */
  readonly parseChanged?: (text: string | null) => Promise<T>;
  /** Called when a new content has come into force. */
  readonly onChange: (now: T, before: T) => void;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** A file that an operator writes, in its last valid state. */
export interface WatchedFile<T> {
  current(): T;
  /** How many contents have been in force so far, the present one included. */
  generation(): number;
  /** Why the file as it is now is not in force; empty if it is. */
  problems(): readonly string[];
  /** Reads the file now, and logs the result. */
  reread(): Promise<void>;
}

/** The result of a look: the text (null if there is no such file), or why it cannot be read. */
type Look = { readonly text: string | null } | { readonly unreadable: readonly string[] };

/**
 * Reads a file, and reads it again when it changes. An invalid file is reported in the log, and the previous content
 * stays in force.
 *
 * The text itself is compared every `everyMs`. This works however the file is changed (written over, replaced by an
 * editor, or relinked by a ConfigMap) and on every file system. A new text counts after two looks in a row have seen it,
 * because a look may fall in the middle of a write, and half a registry can be valid.
 *
 * @throws Misuse if the file is invalid now.
 */
export async function watchFile<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
  const { what, path, parse, stop, log } = options;
  const parseChanged = options.parseChanged ?? (async (changed) => parse(changed));
  const text = await readText(path);
  let inForce = { text, value: parse(text) };
  let last: Look = { text };
  let judged: Look = last;
  let judging = Promise.resolve();
  let generation = 1;
  let problems: readonly string[] = [];

  async function keepLooking(): Promise<void> {
    while (!stop.aborted) {
      await pause(options.everyMs, stop, false);
      if (stop.aborted) return;
      const now = await look(path);
      const isSettled = isSame(now, last);
      last = now;
      if (isSettled && !isSame(now, judged)) await inTurn(now);
    }
  }

  /** Judges one look after the other, so that the last one decides. */
  function inTurn(now: Look): Promise<void> {
    const next = (): Promise<void> => judge(now);
    judging = judging.then(next, next);
    return judging;
  }

  async function judge(now: Look): Promise<void> {
    judged = now;
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

  keepLooking().catch((error: unknown) => log.error("bug", { what: `watching the ${what}`, error }));

  return {
    current: () => inForce.value,
    generation: () => generation,
    problems: () => problems,
    async reread() {
      last = await look(path);
      await inTurn(last);
    },
  };
}

async function look(path: string): Promise<Look> {
  // Reading a pipe waits for a writer, perhaps for ever, and the process could not even end meanwhile.
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

function isSame(a: Look, b: Look): boolean {
  // The texts may be long, and are compared each second.
  if ("text" in a && "text" in b) return a.text === b.text;
  return JSON.stringify(a) === JSON.stringify(b);
}
