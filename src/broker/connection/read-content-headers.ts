import { ContentProperties } from "./content-properties.ts";

/** What is used of a connection of amqplib's that is not part of its API. */
export interface FrameReader {
  /** Bytes that came and are not read yet. */
  rest: Buffer;
  /** Takes the next frame off `rest`, and decodes it; reads on where that does not hold a whole one. */
  recvFrame(): unknown;
  /** `frameError` comes when a frame cannot be read or handled; the driver then ends the connection. */
  prependListener(event: "frameError", listener: (error: unknown) => void): unknown;
}

/** A content header frame without its envelope. */
interface ContentHeader {
  readonly channel: number;
  readonly bodySize: number;
  readonly properties: Buffer;
  /** Length of the whole frame. */
  readonly frameBytes: number;
}

const HEADER_FRAME = 2;
const FRAME_END = 0xce;
/** Type, channel and length. */
const ENVELOPE_BYTES = 7;
/** Class, weight and the length of the body. */
const FIXED_BYTES = 12;
const BASIC_CLASS = 60;

/**
 * Makes a connection of amqplib's read the properties of deliveries and returned messages by `ContentProperties`. Its own
 * decoder throws for headers that brokers hand on (an integer with tag `L`, tables that are nested thousands deep),
 * which ends the connection, and the broker delivers the same message again.
 *
 * All other frames are decoded by the driver: the broker itself writes them.
 *
 * @throws Error for a version of the driver that is built in another way.
 */
export function readContentHeaders(connection: unknown): void {
  const driver = frameReader(connection);
  const recvFrame = driver.recvFrame;
  driver.recvFrame = () => {
    const header = firstContentHeader(driver.rest);
    // The driver's method comes back to this one after it has read on.
    if (header === null) return recvFrame.call(driver);
    driver.rest = driver.rest.subarray(header.frameBytes);
    const fields = new ContentProperties(header.properties);
    return { id: BASIC_CLASS, channel: header.channel, size: header.bodySize, fields };
  };
}

/** @throws Error for a version of the driver that is built in another way. */
export function frameReader(connection: unknown): FrameReader {
  if (isFrameReader(connection)) return connection;
  throw new Error(
    "this version of amqplib reads frames in another way; read-content-headers.ts must follow it",
  );
}

function isFrameReader(connection: unknown): connection is FrameReader {
  return (
    typeof connection === "object" &&
    connection !== null &&
    "rest" in connection &&
    Buffer.isBuffer(connection.rest) &&
    "recvFrame" in connection &&
    typeof connection.recvFrame === "function" &&
    "prependListener" in connection &&
    typeof connection.prependListener === "function"
  );
}

/** The content header that the bytes begin with; null: they begin with another frame, or it is not complete. */
export function firstContentHeader(bytes: Buffer): ContentHeader | null {
  if (bytes.length < ENVELOPE_BYTES || bytes[0] !== HEADER_FRAME) return null;
  const end = ENVELOPE_BYTES + bytes.readUInt32BE(3);
  const start = ENVELOPE_BYTES + FIXED_BYTES;
  if (end < start || bytes[end] !== FRAME_END || bytes.readUInt16BE(ENVELOPE_BYTES) !== BASIC_CLASS)
    return null;
  return {
    channel: bytes.readUInt16BE(1),
    bodySize: Number(bytes.readBigUInt64BE(ENVELOPE_BYTES + 4)),
    properties: bytes.subarray(start, end),
    frameBytes: end + 1,
  };
}
