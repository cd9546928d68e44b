import { once } from "node:events";
import { connect } from "amqplib";

/** A header with its value as bytes. amqplib itself can write few of the tags that other clients use. */
export function rawHeader(name: string, tag: string, value: Buffer = Buffer.alloc(0)): Buffer {
  const key = Buffer.from(name);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from(tag, "latin1"), value]);
}

/** Bytes with their length before them: a text, an array, or a table of headers. */
export function withLength(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

export function textHeader(name: string, text: string): Buffer {
  return rawHeader(name, "S", withLength(Buffer.from(text)));
}

/** A header that holds a table that holds a table, and so on; made from the inside out. */
export function nestedHeader(name: string, depth: number, tag: "F" | "A" = "F"): Buffer {
  const bytesEach = tag === "F" ? 6 : 5;
  const all = Buffer.alloc(depth * bytesEach);
  for (let level = 1; level < depth; level++) {
    const at = (level - 1) * bytesEach + 4;
    // An element of an array has no name; the name in a table is empty here.
    all.write(tag, tag === "F" ? at + 1 : at, "latin1");
  }
  for (let level = 0; level < depth; level++) {
    const at = level * bytesEach;
    all.writeUInt32BE(Math.max(0, (depth - 1) * bytesEach - at), at);
  }
  return rawHeader(name, tag, all.subarray(0, (depth - 1) * bytesEach + 4));
}

/** A property list of a content type, perhaps an encoding, and headers. */
export function propertyList(headers: readonly Buffer[], contentEncoding?: string): Buffer {
  const flags = Buffer.alloc(2);
  flags.writeUInt16BE(contentEncoding === undefined ? 0xa000 : 0xe000);
  const texts = ["application/json", ...(contentEncoding === undefined ? [] : [contentEncoding])];
  return Buffer.concat([
    flags,
    ...texts.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])),
    withLength(...headers),
  ]);
}

export interface RawMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** What is used here of amqplib beyond its API. */
interface RawChannel {
  readonly ch: number;
  readonly connection: { sendBytes(bytes: Buffer): void };
  pushConfirmCallback(callback: (error: Error | null) => void): void;
}

/**
 * Publishes a message whose property list is written byte for byte, on a connection of its own.
 *
 * @returns false: the broker closed the connection or the channel, as it does for what it cannot read itself.
 */
export async function publishRaw(url: string, message: RawMessage): Promise<boolean> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (const emitter of [connection, channel]) emitter.on("error", () => undefined);
  const closed = once(channel, "close").then(() => false);
  const raw = channel as unknown as RawChannel;
  const confirmed = new Promise<boolean>((resolve) => {
    raw.pushConfirmCallback((error) => resolve(error === null));
  });
  raw.connection.sendBytes(messageFrames(raw.ch, message));
  const isTaken = await Promise.race([confirmed, closed]);
  await connection.close().catch(() => undefined);
  return isTaken;
}

function messageFrames(channel: number, { exchange, routingKey, properties, body }: RawMessage): Buffer {
  const names = [exchange, routingKey].map((name) =>
    Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]),
  );
  const header = Buffer.alloc(12);
  header.writeUInt16BE(60);
  header.writeBigUInt64BE(BigInt(body.length), 4);
  return Buffer.concat([
    // basic.publish: class, method, a reserved short, exchange, routing key, no flags.
    frame(1, channel, Buffer.concat([Buffer.from([0, 60, 0, 40, 0, 0]), ...names, Buffer.from([0])])),
    frame(2, channel, Buffer.concat([header, properties])),
    ...(body.length === 0 ? [] : [frame(3, channel, body)]),
  ]);
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const envelope = Buffer.alloc(7);
  envelope.writeUInt8(type);
  envelope.writeUInt16BE(channel, 1);
  envelope.writeUInt32BE(payload.length, 3);
  return Buffer.concat([envelope, payload, Buffer.from([0xce])]);
}
