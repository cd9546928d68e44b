import { ContentProperties } from "./content-properties.ts";

/** The parts of an amqplib connection that are used here and are not in its API. */
export interface FrameReader {
  /** Bytes that have arrived and are not read yet. */
  rest: Buffer;
  /** Takes the next frame off `rest` and decodes it. Reads more bytes first if the frame is not complete. */
  recvFrame(): unknown;
  /** Listens to `frameError`: a frame cannot be read or handled, and the driver ends the connection. */
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
 * Makes an amqplib connection read the properties of deliveries and returned messages by `ContentProperties`. amqplib's own
 * decoder throws at some headers that brokers hand on (an integer with tag `L`, tables nested thousands deep). That ends
 * the connection, and the broker delivers the same message again.
 *
 * The driver decodes all other frames: the broker itself writes them, so that publishers cannot break them.
 *
 * @throws Error if this version of the driver is built in another way.
 */
export function readContentHeaders(connection: unknown): void {
  const driver = frameReader(connection);
  const recvFrame = driver.recvFrame;
  driver.recvFrame = () => {
    const header = firstContentHeader(driver.rest);
    // The driver's method calls this one again after it has read more bytes.
    if (header === null) return recvFrame.call(driver);
    driver.rest = driver.rest.subarray(header.frameBytes);
    const fields = new ContentProperties(header.properties);
    return { id: BASIC_CLASS, channel: header.channel, size: header.bodySize, fields };
  };
}

/** Returns the connection with its inner parts. @throws Error if this version of the driver is built in another way. */
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

/** Returns the content header at the start of the bytes; null if there is another frame, or the frame is not complete. */
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
