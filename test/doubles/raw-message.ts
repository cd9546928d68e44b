import { once } from "node:events";
import type { Writable } from "node:stream";
import { type ConfirmChannel, connect } from "amqplib";

/** The maximum number of bytes in a frame of the size that amqplib and RabbitMQ agree on. */
const FRAME_BODY_BYTES = 131_072 - 8;

/** A header with its value as bytes, because amqplib can write only a few of the type tags that other clients use. */
export function rawHeader(name: string, tag: string, value: Buffer = Buffer.alloc(0)): Buffer {
  const key = Buffer.from(name);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from(tag, "latin1"), value]);
}

/** Returns bytes with their length in front: a text, an array, or a table of headers. */
export function withLength(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

export function textHeader(name: string, text: string): Buffer {
  return rawHeader(name, "S", withLength(Buffer.from(text)));
}

/** Returns a header of nested tables. It is built from the inside out. */
export function nestedHeader(name: string, depth: number, tag: "F" | "A" = "F"): Buffer {
  const bytesEach = tag === "F" ? 6 : 5;
  const all = Buffer.alloc(depth * bytesEach);
  for (let level = 1; level < depth; level++) {
    const at = (level - 1) * bytesEach + 4;
    // An element of an array has no name. In a table, the name is empty here.
    all.write(tag, tag === "F" ? at + 1 : at, "latin1");
  }
  for (let level = 0; level < depth; level++) {
    const at = level * bytesEach;
    all.writeUInt32BE(Math.max(0, (depth - 1) * bytesEach - at), at);
  }
  return rawHeader(name, tag, all.subarray(0, (depth - 1) * bytesEach + 4));
}

/** Returns the property list of a persistent message: content type, headers, and perhaps an encoding and a message id. */
export function propertyList(
  headers: readonly Buffer[],
  { contentEncoding, messageId }: { contentEncoding?: string; messageId?: string } = {},
): Buffer {
  const flags = Buffer.alloc(2);
  flags.writeUInt16BE(
    0xb000 | (contentEncoding === undefined ? 0 : 0x4000) | (messageId === undefined ? 0 : 0x80),
  );
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);
  return Buffer.concat([
    flags,
    text("application/json"),
    ...(contentEncoding === undefined ? [] : [text(contentEncoding)]),
    withLength(...headers),
    // Delivery mode 2 means that the message is persistent.
    Buffer.from([2]),
    ...(messageId === undefined ? [] : [text(messageId)]),
  ]);
}

export interface RawMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Buffer;
  readonly body: Buffer;
  /** The broker returns the message if no queue takes it. */
  readonly mandatory?: boolean;
}

/** The internals of amqplib that are used here. */
interface RawChannel {
  readonly ch: number;
  /** Bytes that are written into a channel's buffer are sent unchanged. */
  readonly connection: { readonly channels: readonly ({ readonly buffer: Writable } | null)[] };
  pushConfirmCallback(callback: (error: Error | null) => void): void;
}

/**
 * Publishes a message whose property list is written byte for byte, on a connection of its own.
 * @returns false if the broker closed the connection or the channel, as it does if it cannot read the message itself.
 */
export async function publishRaw(url: string, message: RawMessage): Promise<boolean> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (const emitter of [connection, channel]) emitter.on("error", () => undefined);
  const closed = once(channel, "close").then(() => false);
  const confirmed = new Promise<boolean>((resolve) => {
    publishRawOn(channel, message, (error) => resolve(error === null));
  });
  const isTaken = await Promise.race([confirmed, closed]);
  await connection.close().catch(() => undefined);
  return isTaken;
}

/** The same on an existing channel, in order with other messages on it. */
export function publishRawOn(
  channel: ConfirmChannel,
  message: RawMessage,
  onConfirmed: (error: Error | null) => void,
): void {
  const raw = channel as unknown as RawChannel;
  raw.pushConfirmCallback(onConfirmed);
  raw.connection.channels[raw.ch]?.buffer.write(messageFrames(raw.ch, message));
}

function messageFrames(channel: number, message: RawMessage): Buffer {
  const { exchange, routingKey, properties, body, mandatory = false } = message;
  const names = [exchange, routingKey].map((name) =>
    Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]),
  );
  const parts = Array.from({ length: Math.ceil(body.length / FRAME_BODY_BYTES) }, (_, n) =>
    body.subarray(n * FRAME_BODY_BYTES, (n + 1) * FRAME_BODY_BYTES),
  );
  const header = Buffer.alloc(12);
  header.writeUInt16BE(60);
  header.writeBigUInt64BE(BigInt(body.length), 4);
  return Buffer.concat([
    // The fields of basic.publish: class, method, a reserved short, exchange, routing key, flags.
    frame(
      1,
      channel,
      Buffer.concat([Buffer.from([0, 60, 0, 40, 0, 0]), ...names, Buffer.from([Number(mandatory)])]),
    ),
    frame(2, channel, Buffer.concat([header, properties])),
    ...parts.map((part) => frame(3, channel, part)),
  ]);
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const envelope = Buffer.alloc(7);
  envelope.writeUInt8(type);
  envelope.writeUInt16BE(channel, 1);
  envelope.writeUInt32BE(payload.length, 3);
  return Buffer.concat([envelope, payload, Buffer.from([0xce])]);
}
