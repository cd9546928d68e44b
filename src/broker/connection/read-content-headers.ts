import { ContentProperties } from "./content-properties.ts";

/** The parts of an amqplib connection that are used here but do not belong to its public API. */
export interface FrameReader {
  /** Bytes that have arrived but have not been read yet. */
  rest: Buffer;
  /** Removes the next frame from `rest` and decodes it. Reads more bytes first if the frame is incomplete. */
  recvFrame(): unknown;
  /** Listens for `frameError`: a frame cannot be read or handled, and the driver ends the connection. */
  prependListener(event: "frameError", listener: (error: unknown) => void): unknown;
}

/** A content header frame without its envelope. */
interface ContentHeader {
  readonly channel: number;
  readonly bodySize: number;
  readonly properties: Buffer;
  /** The length of the whole frame. */
  readonly frameBytes: number;
}

const HEADER_FRAME = 2;
const FRAME_END = 0xce;
/** The size of the type, the channel and the length. */
const ENVELOPE_BYTES = 7;
/** The size of the class, the weight and the body's length. */
const FIXED_BYTES = 12;
const BASIC_CLASS = 60;

/**
 * Makes an amqplib connection read the properties of deliveries and returned messages with `ContentProperties`. amqplib's
 * own decoder throws on some headers that brokers pass on, such as an integer with tag `L` or tables nested thousands deep.
 * Such an error ends the connection, and then the broker delivers the same message again.
 *
 * The driver still decodes all other frames. The broker itself writes those, so publishers cannot break them.
 *
 * @throws Error if this version of the driver has other internals.
 */
export function readContentHeaders(connection: unknown): void {
  const driver = frameReader(connection);
  const recvFrame = driver.recvFrame;
  driver.recvFrame = () => {
    const header = firstContentHeader(driver.rest);
    // After it has read more bytes, the driver's method calls this function again.
    if (header === null) return recvFrame.call(driver);
    driver.rest = driver.rest.subarray(header.frameBytes);
    const fields = new ContentProperties(header.properties);
    return { id: BASIC_CLASS, channel: header.channel, size: header.bodySize, fields };
  };
}

/** Returns the connection with its internal parts. @throws Error if this version of the driver has other internals. */
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

/** Returns the content header at the start of the bytes, or null if they start with another frame or an incomplete one. */
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
