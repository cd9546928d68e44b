import { isUtf8 } from "node:buffer";
import { Misuse } from "../domain/faults.ts";

const LINE_END = 0x0a;

/**
 * The text of a file that an operator wrote. A byte order mark at its beginning is left out.
 *
 * @param path - for the messages.
 * @throws Misuse with the first line that is not UTF-8.
 */
export function utf8Text(path: string, bytes: Buffer): string {
  if (isUtf16(bytes)) throw new Misuse([`${path}:1: not UTF-8 but UTF-16: save the file as UTF-8`]);
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  throw new Misuse([`${path}:${firstBrokenLine(bytes)}: not UTF-8: save the file as UTF-8`]);
}

/** By its mark, or by a NUL beside the first character, which YAML never holds. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || (bytes.length > 1 && (first === 0 || second === 0));
}

/** No byte of a longer character is a line end, so a line can be judged by itself. */
function firstBrokenLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LINE_END, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
