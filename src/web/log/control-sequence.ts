/** A control sequence in a line. */
export interface Sequence {
  /** The position after the sequence, where the text goes on. */
  readonly end: number;
  /** The parameters of a colour code, such as `1;31`; null for any other sequence. */
  readonly colours: string | null;
}

const ESC = 0x1b;
/** The one-character form of `ESC [`. */
const CSI = 0x9b;
/** `ESC` and one of these begin a string that terminals do not show, such as a title or a link. It ends with BEL or `ESC \`. */
const STRING_STARTS = "]P^_X";
const MAX_SEQUENCE = 2048;

/** Returns the control sequence that begins at a position; null if there is none, or if it is not terminated. */
export function readSequence(line: string, at: number): Sequence | null {
  const code = line.charCodeAt(at);
  if (code === CSI) return readParameters(line, at + 1);
  if (code !== ESC) return null;
  const second = line[at + 1] ?? "";
  if (second === "[") return readParameters(line, at + 2);
  if (second !== "" && STRING_STARTS.includes(second)) return readString(line, at + 2);
  let end = at + 1;
  while (isBetween(line, end, 0x20, 0x2f) && end - at < 8) end++;
  return isBetween(line, end, 0x30, 0x7e) ? { end: end + 1, colours: null } : null;
}

function readParameters(line: string, from: number): Sequence | null {
  let at = from;
  while (isBetween(line, at, 0x30, 0x3f)) at++;
  const parameters = line.slice(from, at);
  while (isBetween(line, at, 0x20, 0x2f)) at++;
  if (!isBetween(line, at, 0x40, 0x7e)) return null;
  const isColour = line[at] === "m" && /^[\d;:]*$/.test(parameters) && from + parameters.length === at;
  return { end: at + 1, colours: isColour ? parameters : null };
}

/** Returns null for a string that is not terminated: hiding it would hide the rest of the line. The limit bounds the search for its end. */
function readString(line: string, from: number): Sequence | null {
  const limit = Math.min(line.length, from + MAX_SEQUENCE);
  for (let at = from; at < limit; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x07 || code === 0x9c) return { end: at + 1, colours: null };
    if (code === ESC) return line[at + 1] === "\\" ? { end: at + 2, colours: null } : null;
  }
  return null;
}

function isBetween(line: string, at: number, least: number, most: number): boolean {
  const code = line.charCodeAt(at);
  return code >= least && code <= most;
}
