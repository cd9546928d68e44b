import { brotliDecompressSync, constants } from "node:zlib";
import { dropSplitCharacter } from "./log-text.ts";

/** So many bytes that are not NUL tell whether a log is text. */
export const SAMPLE_BYTES = 4096;

// Compressed or encrypted data begins with so many clean bytes once in 10^13 times.
export const CLEAN_START_BYTES = 32;

/**
 * Whether bytes begin as text does: without a control character that text has no use for, and in UTF-8.
 * False for text in Latin-1, Shift-JIS and the like, unless it begins with 32 bytes of ASCII.
 */
export function beginsClean(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, CLEAN_START_BYTES);
  return countControls(start).count === 0 && invalidUtf8(dropSplitCharacter(start)) === 0;
}

/**
 * Whether the start of a log is text, in whatever encoding that has ASCII's control characters.
 *
 * A log that begins clean is text, whatever follows: a test may print a binary file. Otherwise it is not text if control
 * characters of many kinds are frequent, and either much is not UTF-8 or they are very frequent. Random bytes have 8 % of
 * them. Text has none, or one or two kinds as separators; Latin-1 and Shift-JIS are not UTF-8, but have none either.
 *
 * @param sample - up to {@link SAMPLE_BYTES} bytes from the log's start, without NULs: sparse files are full of them.
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
 * Whether bytes are brotli data, which has no signature: text would have no such control characters, and they can be
 * inflated to text. Used to name the format only, because it is a guess.
 */
export function isBrotliText(head: Buffer): boolean {
  if (head.length < LEAST_BROTLI_BYTES || beginsClean(head)) return false;
  if (countControls(head.toString("latin1")).count === 0) return false;
  try {
    const text = brotliDecompressSync(head, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: MAX_TRIAL_BYTES,
    });
    return text.length > 0 && beginsClean(text);
  } catch {
    // Not brotli, or brotli that inflates thousands of times: the rules for other bytes decide.
    return false;
  }
}

// A few odd characters can happen to be brotli.
const LEAST_BROTLI_BYTES = 16;
const MAX_TRIAL_BYTES = 4 * 1024 * 1024;

// Left out: BEL, BS, TAB, LF, VT, FF, CR, SO, SI and ESC, which terminals and some encodings use, and NUL.
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

/** How many sequences of bytes are not UTF-8. */
function invalidUtf8(bytes: string): number {
  // U+FFFD that stands in the text is valid.
  const replaced = Buffer.from(bytes, "latin1").toString("utf8").split("\ufffd").length;
  return replaced - bytes.split("\xef\xbf\xbd").length;
}
