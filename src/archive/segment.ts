import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import * as z from "zod";
import type { ArchivedMessage } from "../domain/archived-message.ts";
import type { Origin } from "../domain/origin.ts";
import type { NewSegment } from "../store/ports/archive-store.ts";
import { segmentKeys } from "../store/rules/segment-keys.ts";

/** An archived message, with the projects and tasks by which it can be found. */
export type ArchivedEntry = ArchivedMessage & {
  /** The projects of its jobs, without duplicates. */
  readonly projects: readonly string[];
  /** The guids of its jobs, without duplicates. */
  readonly tasks: readonly string[];
};

/*
 * A segment is a Brotli stream. Its content begins with a line that names the format. After this line, each message has a line of
 * JSON, the body with as many bytes as this JSON says, and a line feed. The JSON is next to the body, because both contain the task
 * id, and Brotli needs almost no space to repeat a text that it has just compressed.
 */
const FORMAT = "pulse-ingest archive 1\n";
const LINE_END = 0x0a;

/** The fastest level. Level 4 takes three times as long, for a segment that is a tenth smaller. */
const QUALITY = 1;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/**
 * Returns a segment with these messages, ready to be stored. It is compressed on a thread of Node's own pool.
 *
 * @param entries - in the order in which they arrived; at least one.
 */
export async function encodeSegment(entries: readonly ArchivedEntry[]): Promise<NewSegment> {
  const plain = toPlain(entries);
  const data = await compress(plain, { params: paramsFor(plain.length) });
  return toSegment(newId(spanOf(entries).from), entries, data);
}

let made = 0;

/** Returns a new id. Ids of segments that begin in the same millisecond sort in the order in which this process made them. */
function newId(from: string): string {
  made = (made + 1) % 0x10000;
  return `${from}-${made.toString(16).padStart(4, "0")}${randomUUID().slice(-8)}`;
}

/** Returns the content of a segment. It is written into one buffer, because a worker does this for every message. */
function toPlain(entries: readonly ArchivedEntry[]): Buffer {
  const lines = entries.map(lineOf);
  const sizes = entries.map(({ body }, at) => Buffer.byteLength(lines[at] ?? "") + body.length + 1);
  const plain = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, FORMAT.length));
  let at = plain.write(FORMAT);
  for (const [index, { body }] of entries.entries()) {
    at += plain.write(lines[index] ?? "", at);
    at += body.copy(plain, at);
    at = plain.writeUInt8(LINE_END, at);
  }
  return plain;
}

/** Returns the messages of a segment. @throws Error if the bytes are not a segment of this version. */
export async function decodeSegment(data: Buffer): Promise<ArchivedEntry[]> {
  const plain = await decompress(data);
  if (!plain.subarray(0, FORMAT.length).equals(Buffer.from(FORMAT)))
    throw new Error("it is not a segment of an archive, or was written by a later version");
  const entries: ArchivedEntry[] = [];
  for (let at = FORMAT.length; at < plain.length; ) {
    const lineEnd = plain.indexOf(LINE_END, at);
    if (lineEnd === -1) throw new Error("a segment of the archive is cut off");
    const { bytes, entry } = readLine(plain.toString("utf8", at, lineEnd));
    const bodyEnd = lineEnd + 1 + bytes;
    if (plain[bodyEnd] !== LINE_END) throw new Error("a segment of the archive is cut off");
    entries.push({ ...entry, body: plain.subarray(lineEnd + 1, bodyEnd) });
    at = bodyEnd + 1;
  }
  return entries;
}

/** Returns the segment with these compressed bytes, which were read from one store, ready to be stored in another. */
export async function restoreSegment(id: string, data: Buffer): Promise<NewSegment> {
  return toSegment(id, await decodeSegment(data), data);
}

function toSegment(id: string, entries: readonly ArchivedEntry[], data: Buffer): NewSegment {
  const { from, to } = spanOf(entries);
  return {
    ...{ id, from, to, messages: entries.length, bytes: data.length },
    raw_bytes: entries.reduce((sum, { body }) => sum + body.length, 0),
    keys: segmentKeys(entries),
    data,
  };
}

/** Returns the arrival of the first and of the last message. */
function spanOf(entries: readonly ArchivedEntry[]): { readonly from: string; readonly to: string } {
  const times = entries.map(({ received_at }) => received_at).toSorted();
  const [from, to] = [times[0], times.at(-1)];
  if (from === undefined || to === undefined) throw new RangeError("a segment holds at least one message");
  return { from, to };
}

function paramsFor(bytes: number): Record<number, number> {
  return {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
    // A window that is larger than the segment only costs memory.
    [constants.BROTLI_PARAM_LGWIN]: Math.min(22, Math.max(16, Math.ceil(Math.log2(bytes)))),
  };
}

/** Returns the line of JSON for a message. Building it by hand takes a fraction of the time of `JSON.stringify` with an object. */
function lineOf(entry: ArchivedEntry): string {
  const { received_at, origin, content_type, content_encoding, compression } = entry;
  const { oversize, unreadable_queue, projects, tasks, body } = entry;
  const from =
    origin.kind === "rest"
      ? `"origin":"rest","client_id":${json(origin.clientId)},"endpoint":${json(origin.endpoint)}`
      : `"origin":"pulse","exchange":${json(origin.exchange)},"routing_key":${json(origin.routingKey)},"redelivered":${origin.redelivered}`;
  const headers =
    member("content_type", content_type) +
    member("content_encoding", content_encoding) +
    member("compression", compression);
  const odd = member("oversize", oversize) + member("unreadable_queue", unreadable_queue);
  const found = `"projects":${json(projects)},"tasks":${json(tasks)}`;
  return `{${from}${headers}${odd},"received_at":${json(received_at)},${found},"bytes":${body.length}}\n`;
}

const json = (value: unknown): string => JSON.stringify(value);
const member = (name: string, value: unknown): string => (value === null ? "" : `,"${name}":${json(value)}`);

const origin = z
  .discriminatedUnion("origin", [
    z.object({
      origin: z.literal("pulse"),
      exchange: z.string(),
      routing_key: z.string(),
      redelivered: z.boolean(),
    }),
    z.object({ origin: z.literal("rest"), client_id: z.string(), endpoint: z.string() }),
  ])
  .transform((stored): Origin => {
    if (stored.origin === "rest")
      return { kind: "rest", clientId: stored.client_id, endpoint: stored.endpoint };
    const { exchange, routing_key: routingKey, redelivered } = stored;
    return { kind: "pulse", exchange, routingKey, redelivered };
  });

const line = z.object({
  content_type: z.string().nullable().default(null),
  content_encoding: z.string().nullable().default(null),
  compression: z.string().nullable().default(null),
  oversize: z
    .object({ bytes: z.number(), sha256: z.string(), limitBytes: z.number() })
    .nullable()
    .default(null),
  unreadable_queue: z.string().nullable().default(null),
  received_at: z.string(),
  projects: z.array(z.string()),
  tasks: z.array(z.string()),
  bytes: z.int().min(0),
});

/** Reads a line that `lineOf` has written. @throws z.ZodError or SyntaxError for any other line. */
function readLine(text: string): { readonly bytes: number; readonly entry: Omit<ArchivedEntry, "body"> } {
  const value: unknown = JSON.parse(text);
  const { bytes, ...rest } = line.parse(value);
  return { bytes, entry: { origin: origin.parse(value), ...rest } };
}
