/** The size of the fixed-size values in a header table, in bytes, by type tag. */
const fixedLengths: Readonly<Record<string, number>> = {
  V: 0,
  t: 1,
  b: 1,
  B: 1,
  // RabbitMQ writes and reads `s` as a 16-bit integer, although the specification defines it as a short string.
  s: 2,
  u: 2,
  U: 2,
  I: 4,
  i: 4,
  f: 4,
  D: 5,
  d: 8,
  l: 8,
  L: 8,
  T: 8,
};

/** The type tags of values that begin with their length as a 32-bit integer: text, bytes, array, table. */
const ownLength = "SxAF";

const CONTENT_TYPE = 0x8000;
const CONTENT_ENCODING = 0x4000;
const HEADERS = 0x2000;
/** Another word of flags follows. */
const MORE_FLAGS = 0x0001;

/** The properties of a message that are needed to read its body. */
export class ContentProperties {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** The headers whose value is text. The object has no prototype, so no header name has a special meaning. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Reads a property list from a content header frame (AMQP 0-9-1, section 4.2.6.1). Never throws, because publishers
   * write unknown tags and brokers pass them on. If part of the list cannot be read, the properties before that part are
   * used. Nested tables and arrays are skipped by their length, so their depth costs nothing.
   */
  constructor(list: Buffer) {
    let at = 0;
    const flags = word(0);
    while ((word(at) & MORE_FLAGS) !== 0) at += 2;
    at += 2;
    this.contentType = (flags & CONTENT_TYPE) === 0 ? undefined : shortText();
    this.contentEncoding = (flags & CONTENT_ENCODING) === 0 ? undefined : shortText();
    this.headers = textHeaders((flags & HEADERS) === 0 ? list.subarray(0, 0) : table());

    function word(offset: number): number {
      return offset + 2 <= list.length ? list.readUInt16BE(offset) : 0;
    }

    function shortText(): string | undefined {
      const start = at + 1;
      at = start + (list[at] ?? 0);
      return at <= list.length ? list.toString("utf8", start, at) : undefined;
    }

    /** Returns a table, or as much of it as there is if the list is truncated. */
    function table(): Buffer {
      const start = at + 4;
      return start <= list.length ? list.subarray(start, start + list.readUInt32BE(at)) : list.subarray(0, 0);
    }
  }
}

/** Returns the headers whose value is text. If a name occurs twice, the last value wins, as in other clients. */
function textHeaders(table: Buffer): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  let at = 0;
  while (at < table.length) {
    const nameEnd = at + 1 + (table[at] ?? 0);
    const tag = String.fromCharCode(table[nameEnd] ?? 0);
    const start = ownLength.includes(tag) ? nameEnd + 5 : nameEnd + 1;
    const end = start + (lengthOf(tag, table, nameEnd + 1) ?? Number.POSITIVE_INFINITY);
    if (end > table.length) break;
    if (tag === "S") headers[table.toString("utf8", at + 1, nameEnd)] = table.toString("utf8", start, end);
    at = end;
  }
  return headers;
}

/** Returns the length of a value, or null if the tag is unknown or the table is truncated. The next header cannot be found then. */
function lengthOf(tag: string, table: Buffer, at: number): number | null {
  if (!ownLength.includes(tag)) return fixedLengths[tag] ?? null;
  return at + 4 <= table.length ? table.readUInt32BE(at) : null;
}
