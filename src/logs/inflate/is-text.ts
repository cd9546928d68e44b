import { brotliDecompressSync, constants } from "node:zlib";
import { isWhole } from "./encodings.ts";
import { dropSplitCharacter } from "./log-text.ts";

/** The number of bytes other than NUL that decide whether a log is text. */
export const SAMPLE_BYTES = 4096;

// The chance that compressed or encrypted data begins with this many clean bytes is 1 in 10^13.
export const CLEAN_START_BYTES = 32;

/**
 * Returns whether bytes begin like text: in UTF-8, and without control characters that text does not use. False for text in
 * Latin-1, Shift-JIS and the like, unless it begins with 32 bytes of ASCII.
 */
export function beginsClean(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, CLEAN_START_BYTES);
  return countControls(start).count === 0 && invalidUtf8(dropSplitCharacter(start)) === 0;
}

/**
 * Returns whether the start of a log is text, in any encoding that shares ASCII's control characters.
 *
 * A log that begins clean is text, whatever follows, because a test may print a binary file. Any other log is not text if it has
 * many kinds of control characters, and these are either very frequent, or frequent together with many bytes that are not UTF-8.
 * Random bytes have 8 % control characters. Text has none, or one or two kinds as separators, also in Latin-1 and Shift-JIS.
 *
 * @param sample - up to {@link SAMPLE_BYTES} bytes from the log's start, without NULs, of which sparse files are full.
 */
export function isText(sample: Buffer): boolean {
  if (sample.length === 0 || beginsClean(sample)) return true;
  const bytes = sample.toString("latin1");
  const { count, kinds } = countControls(bytes);
  const manyKinds = kinds >= Math.min(8, 1 + sample.length / 64);
  const share = count / sample.length;
  const invalidShare = invalidUtf8(bytes) / sample.length;
  return !(manyKinds && ((share >= 0.03 && invalidShare >= 0.1) || share >= 0.12));
}

/**
 * Returns whether bytes are probably brotli data, which has no signature: they have control characters that text does not
 * use, and inflate to text. Because this is a guess, it is used only to name the format.
 */
export function isBrotliText(head: Buffer): boolean {
  if (head.length < LEAST_BROTLI_BYTES || beginsClean(head)) return false;
  if (countControls(head.toString("latin1")).count === 0) return false;
  try {
    const text = brotliDecompressSync(head, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: MAX_TRIAL_BYTES,
    });
    if (text.length === 0 || !beginsClean(text)) return false;
    // Text after a few odd bytes may look like brotli data that is stored without compression. Encoders store only short data in
    // this way, and then `head` contains all of it.
    return !head.includes(text) || isWhole("br", head);
  } catch {
    // The data is not brotli, or is brotli with a ratio of thousands. The rules for other bytes decide.
    return false;
  }
}

// A shorter sequence of odd characters can be valid brotli by chance.
const LEAST_BROTLI_BYTES = 16;
const MAX_TRIAL_BYTES = 4 * 1024 * 1024;

// Control characters except NUL and those that terminals and some encodings use: BEL, BS, TAB, LF, VT, FF, CR, SO, SI, ESC.
const isStrange = (code: number): boolean =>
  (code >= 0x01 && code <= 0x06) || (code >= 0x10 && code <= 0x1f && code !== 0x1b) || code === 0x7f;

function countControls(bytes: string): { count: number; kinds: number } {
  const kinds = new Set<number>();
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (!isStrange(code)) continue;
    kinds.add(code);
    count++;
  }
  return { count, kinds: kinds.size };
}

/** Returns how many sequences of bytes are not UTF-8. */
function invalidUtf8(bytes: string): number {
  // U+FFFD in the text itself is valid, so it is not counted.
  const replaced = Buffer.from(bytes, "latin1").toString("utf8").split("\ufffd").length;
  return replaced - bytes.split("\xef\xbf\xbd").length;
}
