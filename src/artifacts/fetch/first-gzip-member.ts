import { constants, crc32, createInflateRaw } from "node:zlib";
import type { LogFault } from "../parse/log-faults.ts";
import { FOREIGN_HEAD_BYTES, foreignCompression } from "./foreign-compression.ts";
import { isGzip, readGzipHeader } from "./gzip-header.ts";

/** What a body may inflate to. */
export interface InflateLimits {
  /** Of the text, inflated or plain. */
  readonly inflatedBytes: number;
  /** Text by compressed bytes; looked at once there is more than a MiB of text. */
  readonly ratio: number;
}

/** Takes the text as it comes; false: enough, stop. */
export type TakeText = (chunk: Buffer) => boolean;

// A small log may well be one line repeated, and costs little.
const RATIO_COUNTS_FROM = 1024 * 1024;
const INFLATED_CHUNK = 64 * 1024;
const TRAILER_BYTES = 8;

/**
 * The text of a transferred body. Of gzip, only the first member: what follows it, be it another member or junk, is
 * left. A body that breaks off gives what could be inflated. A body that does not begin as gzip is text itself, unless
 * it is compressed in another way.
 *
 * Node's own gunzip reads all members and throws at a broken end; so the header and the trailer are read here.
 *
 * @returns a fault for corrupt data or a passed limit, null otherwise. What the source throws passes through.
 */
export async function readFirstMember(
  source: AsyncIterable<Uint8Array>,
  limits: InflateLimits,
  take: TakeText,
): Promise<LogFault | null> {
  let body: Body | null = null;
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of source) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      if (body !== null) {
        if (!(await body.write(bytes))) break;
        continue;
      }
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      if (!isGzip(head)) {
        if (head.length < FOREIGN_HEAD_BYTES) continue;
        const format = foreignCompression(head);
        if (format !== null) return { reason: "foreign-compression", format };
        body = new PlainBody(limits, take);
        if (!(await body.write(head))) break;
        continue;
      }
      const header = readGzipHeader(head);
      if (header.kind === "bad") return { reason: "corrupt-gzip", detail: header.detail };
      if (header.kind === "incomplete") continue;
      body = new DeflatedBody(limits, take);
      if (!(await body.write(head.subarray(header.bytes)))) break;
    }
    if (body !== null) return body.fault;
    // Too short to have been told before. Gzip that breaks off in its header has no text yet.
    const format = foreignCompression(head);
    if (format !== null) return { reason: "foreign-compression", format };
    if (head.length > 0 && !isGzip(head)) take(head);
    return null;
  } finally {
    body?.close();
  }
}

interface Body {
  readonly fault: LogFault | null;
  /** @returns false where no more is wanted. */
  write(bytes: Buffer): Promise<boolean>;
  close(): void;
}

class PlainBody implements Body {
  readonly #limits: InflateLimits;
  readonly #take: TakeText;
  #bytes = 0;
  fault: LogFault | null = null;

  constructor(limits: InflateLimits, take: TakeText) {
    this.#limits = limits;
    this.#take = take;
  }

  async write(bytes: Buffer): Promise<boolean> {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#limits.inflatedBytes) {
      this.fault = { reason: "inflates-too-far", limitBytes: this.#limits.inflatedBytes };
      return false;
    }
    return this.#take(bytes);
  }

  close(): void {
    // Nothing is held.
  }
}

/** Deflate data, then the member's trailer; then nothing more is wanted. */
class DeflatedBody implements Body {
  readonly #limits: InflateLimits;
  readonly #take: TakeText;
  readonly #inflate = createInflateRaw({ chunkSize: INFLATED_CHUNK, flush: constants.Z_NO_FLUSH });
  #givenBytes = 0;
  #textBytes = 0;
  #checksum = 0;
  #wanted = true;
  #trailer: Buffer | null = null;
  #wake: () => void = () => undefined;
  fault: LogFault | null = null;

  constructor(limits: InflateLimits, take: TakeText) {
    this.#limits = limits;
    this.#take = take;
    this.#inflate.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#inflate.on("error", (error: Error) => {
      this.#end({ reason: "corrupt-gzip", detail: error.message });
      this.#wake();
    });
    this.#inflate.on("close", () => this.#wake());
  }

  async write(bytes: Buffer): Promise<boolean> {
    if (this.#trailer !== null) return this.#readTrailer(bytes);
    if (bytes.length === 0) return this.#wanted;
    const consumedBefore = this.#inflate.bytesWritten;
    this.#givenBytes += bytes.length;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#inflate.write(bytes, () => resolve());
    });
    if (!this.#wanted) return false;
    const consumed = this.#inflate.bytesWritten - consumedBefore;
    // It takes all it is given until the deflate data ends.
    return consumed === bytes.length ? true : this.#readTrailer(bytes.subarray(consumed));
  }

  close(): void {
    this.#inflate.destroy();
  }

  #read(chunk: Buffer): void {
    if (!this.#wanted) return;
    this.#textBytes += chunk.length;
    const { inflatedBytes, ratio } = this.#limits;
    if (this.#textBytes > inflatedBytes) this.#end({ reason: "inflates-too-far", limitBytes: inflatedBytes });
    else if (this.#textBytes > RATIO_COUNTS_FROM && this.#textBytes > ratio * this.#givenBytes) {
      this.#end({ reason: "ratio-too-high", limit: ratio });
    } else {
      this.#checksum = crc32(chunk, this.#checksum);
      if (!this.#take(chunk)) this.#end(null);
    }
  }

  /** A trailer that breaks off is no fault; one that says something else than the text is. */
  #readTrailer(bytes: Buffer): boolean {
    this.#trailer = Buffer.concat([this.#trailer ?? Buffer.alloc(0), bytes.subarray(0, TRAILER_BYTES)]);
    if (this.#trailer.length < TRAILER_BYTES) return true;
    const asItWas =
      this.#trailer.readUInt32LE(0) === this.#checksum &&
      this.#trailer.readUInt32LE(4) === this.#textBytes % 2 ** 32;
    this.#end(asItWas ? null : { reason: "corrupt-gzip", detail: "the checksum or the length is wrong" });
    return false;
  }

  #end(fault: LogFault | null): void {
    this.#wanted = false;
    this.fault ??= fault;
    this.#inflate.destroy();
  }
}
