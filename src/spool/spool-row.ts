import { isAnyArrayBuffer } from "node:util/types";
import * as z from "zod";
import type { Delivery } from "../domain/delivery.ts";

/** A delivery for the spool. */
export interface SpoolEntry {
  readonly delivery: Delivery;
  /** The number of job messages that the delivery counts as. */
  readonly jobs: number;
}

export interface SpooledDelivery extends SpoolEntry {
  /** The number of its row in the file, ascending in the order of arrival. */
  readonly seq: number;
  /** Whether the delivery may have killed a worker: the broker redelivered it, or a worker died while it was in progress. */
  readonly isSuspect: boolean;
}

/** A row that cannot be read as a delivery, because the disk or another program has changed it. */
export interface DamagedRow {
  readonly seq: number;
  readonly reason: string;
  /** The values of the row, by column. A value that is not UTF-8 becomes `{ base64 }`. */
  readonly cells: Readonly<Record<string, unknown>>;
}

export interface RowPlaces {
  /** The last row that was in progress when an earlier worker died. */
  readonly suspectThrough: number;
  /** The last row that an earlier worker appended. */
  readonly foundThrough: number;
}

/** The latest time that a `Date` can hold, in milliseconds. */
const MAX_MS = 8.64e15;

const stored = ["exchange", "routing_key", "redelivered", "received_at_ms", "body", "oversize", "jobs"];

/**
 * Returns the SQL of the columns that `readSpoolRow` needs. Text is selected as a blob, because the driver crashes the process if
 * a text is not UTF-8.
 *
 * @param hasProperties - false for a file of an earlier version. The missing column is not added, because a full disk would
 *   prevent that, and nothing is appended to such a file.
 */
export function rowCells(hasProperties: boolean): string {
  const cells = [...stored, ...(hasProperties ? ["properties"] : [])].map(
    (name) => `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END AS ${name}`,
  );
  return ["seq", ...cells, ...(hasProperties ? [] : ["NULL AS properties"])].join(", ");
}

const blob = z.custom<ArrayBuffer>(isAnyArrayBuffer, "not a blob");
const text = blob.transform(orIssue("not UTF-8", toText));
const json = text.transform(orIssue("not JSON", (content): unknown => JSON.parse(content)));
const oversizeBody = z.object({ bytes: z.number(), sha256: z.string(), limitBytes: z.number() });
const bodyProperties = z.object({
  content_type: z.string().exactOptional(),
  content_encoding: z.string().exactOptional(),
  compression: z.string().exactOptional(),
});
const row = z.object({
  seq: z.number(),
  exchange: text,
  routing_key: text,
  redelivered: z.number(),
  received_at_ms: z.number().min(0).max(MAX_MS),
  body: blob,
  oversize: json.pipe(oversizeBody).nullable(),
  properties: json.pipe(bodyProperties).nullable(),
  jobs: z.int().min(0),
});
const anyRow = z.looseObject({ seq: z.number() });

/** Returns the delivery in a row of the table `deliveries`, or the reason why the row is damaged. Pure. */
export function readSpoolRow(
  found: unknown,
  { suspectThrough, foundThrough }: RowPlaces,
): SpooledDelivery | DamagedRow {
  const parsed = row.safeParse(found);
  if (!parsed.success) return damagedRow(found, parsed.error);
  const { seq, exchange, routing_key, received_at_ms, body, oversize, properties, jobs } = parsed.data;
  const isSuspect = parsed.data.redelivered === 1 || seq <= suspectThrough;
  return {
    seq,
    isSuspect,
    // Rows of an earlier worker count as one job each, like the load of a file when it is opened.
    jobs: seq <= foundThrough ? 1 : jobs,
    delivery: {
      exchange,
      routingKey: routing_key,
      redelivered: isSuspect,
      receivedAtMs: received_at_ms,
      body: Buffer.from(body),
      oversize,
      ...(properties !== null && { properties }),
    },
  };
}

function damagedRow(found: unknown, error: z.ZodError): DamagedRow {
  const { seq, ...rest } = anyRow.parse(found);
  const reason = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  const cells = Object.entries(rest).map(([name, value]) => [
    name,
    isAnyArrayBuffer(value) ? shown(value) : value,
  ]);
  return { seq, reason, cells: Object.fromEntries(cells) };
}

function shown(value: ArrayBufferLike): unknown {
  try {
    return toText(value);
  } catch {
    return { base64: Buffer.from(value).toString("base64") };
  }
}

function toText(bytes: ArrayBufferLike): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
}

/** Returns a zod transform that adds an issue if the function throws. */
function orIssue<From, To>(issue: string, read: (value: From) => To) {
  return (value: From, context: z.RefinementCtx): To => {
    try {
      return read(value);
    } catch {
      context.addIssue(issue);
      return z.NEVER;
    }
  };
}
