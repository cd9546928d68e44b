import {
  errorPatterns,
  harmlessPatterns,
  levelPatterns,
  passingPatterns,
} from "../../../src/logs/parse/error-lines.ts";

/** Returns random numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const patterns = [...levelPatterns, ...passingPatterns, ...harmlessPatterns, ...errorPatterns];

/** Texts that the readers of a log search for, whole and in part, and similar texts. */
const pieces: readonly string[] = [
  ...patterns.flatMap(({ finds, leaves }) => [finds, leaves, finds.slice(0, -1), leaves.slice(1)]),
  ...levelPatterns.concat(errorPatterns).flatMap(({ contains }) => contains),
  "01:02:03     INFO -  ",
  "1:2:3 ERROR - ",
  "999999999999999999999:",
  " | ",
  "leakcheck | 12 bytes leaked (",
  "application crashed [@ ",
  "]",
  "PERFHERDER_DAT",
  'href="',
  "https://",
  "</a>",
  "</a>: uploaded",
  "<br/>",
  "=".repeat(40),
  " ".repeat(60),
  "\t\v\f\r",
  "\0",
  "\xff\xfe\x80",
  "\xc3",
  "\xe2\x82",
  "\xf0\x9f\x98\x80",
  "$&$1",
  "%s%n",
  "\x1b[31m",
];

// Each of these adds to an artifact in any context, so they are used less often.
const rarePieces: readonly string[] = [
  "TinderboxPrint: ",
  "TinderboxPrint:a: <a title='x' href='http",
  "PERFHERDER_DATA: {",
  `PERFHERDER_DATA: ${"[".repeat(100)}`,
  'PERFHERDER_DATA: {"a":NaN,"b":-Infinity,"c":"\\"}',
];
const markers: readonly string[] = [
  "========= Started x (results: 0, elapsed: 1 secs) (at 2026-01-05 10:00:00.000000) =========",
  "========= Finished x (results: 9, elapsed: 1 secs) (at 2026-13-99 99:00:00) =========",
  "========= Started (results: (results: 1, elapsed: , elapsed: ) (at ) (at",
  "========= Finished",
];

/**
 * Returns a log of lines that an attacker might write: near misses of every pattern, torn UTF-8, control
 * characters, endless lines. It has so few steps, details and data that all artifacts stay below their limits.
 * @returns the bytes of the log, which contains `lines` LFs.
 */
export function hostileLog(seed: number, lines: number): Buffer {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const chunks: Buffer[] = [];
  let text: string[] = [];
  for (let line = 0; line < lines; line++) {
    const dice = random();
    if (dice < 0.0001) text.push(pick(markers));
    else if (dice < 0.002) text.push(pick(pieces), pick(rarePieces), pick(pieces));
    else if (dice < 0.0025) text.push(pick(pieces).repeat(Math.floor(random() * 300)));
    else {
      const count = Math.floor(random() * random() * 6);
      for (let nth = 0; nth < count; nth++) {
        const piece = pick(pieces);
        text.push(random() < 0.7 ? piece : piece.slice(Math.floor(random() * piece.length)));
      }
    }
    // A piece may contain a line end, which is replaced, so that the number of lines is right.
    const own = text.join("").replaceAll("\n", " ");
    text = [];
    chunks.push(Buffer.from(`${own}\n`, "latin1"));
  }
  return Buffer.concat(chunks);
}
