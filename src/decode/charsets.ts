import { isUtf8 } from "node:buffer";

/** Decodes bytes to text. Returns null if the bytes are not valid in the character set. */
type Decode = (body: Buffer) => string | null;

/** Decoders for the character sets of JSON (RFC 4627) and Latin-1, by the names that `declaredEncodings` uses. UTF-8 needs none. */
export const charsets: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ["utf-8-sig", utf8WithMark],
  ...["latin-1", "latin1", "iso-8859-1", "iso8859-1"].map((name) => [name, latin1] as const),
  ...["utf-16", "utf16"].map((name) => [name, utf16] as const),
  ...["utf-16-le", "utf-16le"].map((name) => [name, utf16LittleEndian] as const),
  ...["utf-16-be", "utf-16be"].map((name) => [name, utf16BigEndian] as const),
]);

const MARK = "\ufeff";

function utf8WithMark(body: Buffer): string | null {
  return isUtf8(body) ? withoutMark(body.toString("utf8")) : null;
}

function latin1(body: Buffer): string {
  return body.toString("latin1");
}

/** Decodes UTF-16 according to its byte order mark. Without a mark, the text is little-endian, as in Python on current machines. */
function utf16(body: Buffer): string | null {
  const isBigEndian = body[0] === 0xfe && body[1] === 0xff;
  const text = isBigEndian ? utf16BigEndian(body) : utf16LittleEndian(body);
  return text === null ? null : withoutMark(text);
}

function utf16LittleEndian(body: Buffer): string | null {
  if (body.length % 2 !== 0) return null;
  const text = body.toString("utf16le");
  return text.isWellFormed() ? text : null;
}

function utf16BigEndian(body: Buffer): string | null {
  // swap16 works in place, so it is called on a copy.
  return body.length % 2 === 0 ? utf16LittleEndian(Buffer.from(body).swap16()) : null;
}

function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}
