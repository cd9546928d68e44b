import { invisible } from "../../domain/text/escape-invisible.ts";
import { readSequence } from "./control-sequence.ts";
import { colourAfter } from "./sgr-colour.ts";

/** A part of a log line that has the same look throughout. */
export interface LogRun {
  readonly text: string;
  /** A colour from 0 to 15; `sign` for a character that is shown as a sign; null for plain text. */
  readonly look: number | "sign" | null;
}

/** The maximum number of runs in a line, because a hostile line could change its colour with every character. The rest is plain. */
const MAX_RUNS = 200;

const special = new RegExp(invisible.source, "gu");

/**
 * Splits a line of a log into runs. Colour codes select one of sixteen colours, and all other control sequences are left out. Control
 * characters, characters that change the direction of writing, and other invisible characters become signs. The time is proportional
 * to the length of the line.
 *
 * @param line - without its line end.
 */
export function logRuns(line: string): readonly LogRun[] {
  const runs = new Runs();
  let colour: number | null = null;
  let at = 0;
  special.lastIndex = 0;
  for (let found = special.exec(line); found !== null; found = special.exec(line)) {
    const [character] = found;
    if (character === "\t") continue;
    runs.add(line.slice(at, found.index), colour);
    const sequence = readSequence(line, found.index);
    if (sequence === null) {
      runs.add(signOf(character), "sign");
      at = found.index + character.length;
      continue;
    }
    colour = sequence.colours === null ? colour : colourAfter(colour, sequence.colours);
    at = sequence.end;
    special.lastIndex = at;
  }
  runs.add(line.slice(at), colour);
  return runs.all;
}

/** Returns the text of all runs of a line. */
export function shownText(line: string): string {
  return logRuns(line)
    .map(({ text }) => text)
    .join("");
}

class Runs {
  readonly all: { text: string; look: LogRun["look"] }[] = [];

  add(text: string, look: LogRun["look"]): void {
    if (text === "") return;
    const last = this.all.at(-1);
    if (last !== undefined && (last.look === look || this.all.length >= MAX_RUNS)) last.text += text;
    else this.all.push({ text, look: this.all.length === MAX_RUNS - 1 ? null : look });
  }
}

/** Returns a control character as terminals write it, such as `^[`, or the number of any other character, such as `U+202E`. */
function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Many fonts lack the Unicode pictures of control characters, such as `␛`.
  if (code < 0x20 || code === 0x7f) return `^${String.fromCodePoint(code ^ 0x40)}`;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
