import { isUtf8 } from "node:buffer";
import { Misuse } from "../domain/faults.ts";

const LINE_END = 0x0a;

/**
 * Decodes a file that an operator wrote. A byte order mark at its beginning is dropped.
 *
 * @param path - the file's path, for error messages.
 * @throws Misuse that names the first line that is not UTF-8.
 */
export function utf8Text(path: string, bytes: Buffer): string {
  if (isUtf16(bytes)) throw new Misuse([`${path}:1: not UTF-8 but UTF-16: save the file as UTF-8`]);
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  throw new Misuse([`${path}:${firstBrokenLine(bytes)}: not UTF-8: save the file as UTF-8`]);
}

/** Recognises UTF-16 by its byte order mark, or by a NUL beside the first character, which YAML never contains. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || (bytes.length > 1 && (first === 0 || second === 0));
}

/**
 * Finds the first line that is not UTF-8. Lines can be checked one by one, because no byte of a multi-byte character is a line
 * end.
 */
function firstBrokenLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LINE_END, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
