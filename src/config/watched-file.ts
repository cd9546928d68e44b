import { Misuse } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { pause } from "../timing/pause.ts";
import { readText } from "./yaml-file.ts";

export interface WatchedFileOptions<T> {
  /** For the log, where events begin with it: `registry` gives `registry_broken`. */
  readonly what: string;
  readonly path: string;
  readonly everyMs: number;
  /** @param text - null: there is no such file. @throws Misuse with all that is wrong with it. */
  readonly parse: (text: string | null) => T;
  /** Another one is in force now. */
  readonly onChange: (now: T, before: T) => void;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** A file that an operator writes, as it was when it was last free of faults. */
export interface WatchedFile<T> {
  current(): T;
  /** How many were in force, this one included. */
  generation(): number;
  /** Why the file as it is now is not in force; empty: it is. */
  problems(): readonly string[];
  /** Looks at it now, and says in the log what it found. */
  reread(): Promise<void>;
}

/** What a look found: a text (null: no such file), or why it cannot be read. */
type Look = { readonly text: string | null } | { readonly unreadable: readonly string[] };

/**
 * Reads a file, and again whenever it changes. A broken one is told in the log, and the one before stays in force.
 *
 * The text itself is compared, every `everyMs`: so it does not matter whether it was written over, replaced by an editor or
 * linked elsewhere by a ConfigMap, on which file system, and at what time. A new text counts once two looks in a row
 * saw it, since a look may fall in the middle of a write, and half a registry may well be a valid one.
 *
 * @throws Misuse for a file that is broken now.
 */
export async function watchFile<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
  const { what, path, parse, stop, log } = options;
  const text = await readText(path);
  let inForce = { text, value: parse(text) };
  let last: Look = { text };
  let judged: Look = last;
  let generation = 1;
  let problems: readonly string[] = [];

  async function keepLooking(): Promise<void> {
    while (!stop.aborted) {
      await pause(options.everyMs, stop, false);
      if (stop.aborted) return;
      const now = await look(path);
      const isSettled = isSame(now, last);
      last = now;
      if (isSettled && !isSame(now, judged)) judge(now);
    }
  }

  function judge(now: Look): void {
    judged = now;
    try {
      if ("unreadable" in now) throw new Misuse(now.unreadable);
      if (now.text === inForce.text) {
        problems = [];
        log.info(`${what}_unchanged`, { path, generation });
        return;
      }
      const before = inForce.value;
      inForce = { text: now.text, value: parse(now.text) };
      problems = [];
      generation++;
      options.onChange(inForce.value, before);
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      problems = error.problems;
      log.error(`${what}_broken`, { path, problems, generation, hint: "the one before stays in force" });
    }
  }

  keepLooking().catch((error: unknown) => log.error("bug", { what: `watching the ${what}`, error }));

  return {
    current: () => inForce.value,
    generation: () => generation,
    problems: () => problems,
    async reread() {
      last = await look(path);
      judge(last);
    },
  };
}

async function look(path: string): Promise<Look> {
  try {
    return { text: await readText(path) };
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { unreadable: error.problems };
  }
}

function isSame(a: Look, b: Look): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
