import { nestedHeader, rawHeader, textHeader, withLength } from "./raw-message.ts";

export interface PoisonHeader {
  readonly title: string;
  readonly header: Buffer;
}

const bytes = (...values: number[]): Buffer => Buffer.from(values);
const eight = Buffer.alloc(8, 0x7f);

/** Header values of every type that a known client or broker writes, by type tag. */
export const knownHeaders: readonly PoisonHeader[] = [
  { title: "S, text", header: textHeader("h", "text") },
  { title: "S, text that is not UTF-8", header: rawHeader("h", "S", withLength(bytes(0xff, 0xfe, 0x80))) },
  { title: "s, a short integer", header: rawHeader("h", "s", bytes(0x80, 0)) },
  { title: "u, an unsigned short integer", header: rawHeader("h", "u", bytes(0xff, 0xff)) },
  { title: "I, an integer", header: rawHeader("h", "I", bytes(0x80, 0, 0, 0)) },
  { title: "i, an unsigned integer", header: rawHeader("h", "i", bytes(0xff, 0xff, 0xff, 0xff)) },
  { title: "l, a long integer", header: rawHeader("h", "l", Buffer.alloc(8, 0xff)) },
  { title: "b, a byte", header: rawHeader("h", "b", bytes(0x80)) },
  { title: "B, an unsigned byte", header: rawHeader("h", "B", bytes(0xff)) },
  { title: "t, a boolean that is neither 0 nor 1", header: rawHeader("h", "t", bytes(7)) },
  { title: "T, a timestamp beyond every calendar", header: rawHeader("h", "T", Buffer.alloc(8, 0xff)) },
  { title: "d, a double", header: rawHeader("h", "d", eight) },
  { title: "f, a float", header: rawHeader("h", "f", bytes(0x7f, 0x7f, 0, 0)) },
  { title: "D, a decimal", header: rawHeader("h", "D", bytes(255, 0x7f, 0xff, 0xff, 0xff)) },
  { title: "V, nothing", header: rawHeader("h", "V") },
  { title: "x, bytes", header: rawHeader("h", "x", withLength(bytes(0, 1, 2))) },
  { title: "F, an empty table", header: rawHeader("h", "F", withLength()) },
  { title: "A, an empty array", header: rawHeader("h", "A", withLength()) },
  {
    title: "F, a table of all sorts",
    header: rawHeader(
      "h",
      "F",
      withLength(textHeader("a", "b"), rawHeader("c", "l", eight), rawHeader("", "V")),
    ),
  },
  {
    title: "A, an array of all sorts",
    header: rawHeader("h", "A", withLength(bytes(0x56, 0x74, 1, 0x73, 0, 1), Buffer.from("A"), withLength())),
  },
  { title: "a name that objects inherit", header: textHeader("__proto__", "text") },
  { title: "a name that objects inherit, for a table", header: rawHeader("__proto__", "F", withLength()) },
  { title: "a name without characters", header: textHeader("", "text") },
  { title: "a name of 255 bytes", header: textHeader("n".repeat(255), "text") },
];

/** Headers that RabbitMQ accepts and 3.x passes on unchanged, although many clients cannot read them. */
export const longHeaders: readonly PoisonHeader[] = [
  {
    title: "L, a long integer as py-amqp writes it",
    header: rawHeader("h", "L", bytes(0, 0, 1, 0x55, 0xa7, 0x5c, 1, 0)),
  },
  { title: "L in a table", header: rawHeader("h", "F", withLength(rawHeader("a", "L", eight))) },
  { title: "L in an array", header: rawHeader("h", "A", withLength(Buffer.from("L"), eight)) },
];

/** Headers that only some brokers forward, or that none forwards today. */
export const strangeHeaders: readonly PoisonHeader[] = [
  ...longHeaders,
  { title: "U, a short integer as in the specification", header: rawHeader("h", "U", bytes(0, 1)) },
  { title: "d, a double that is not a number", header: rawHeader("h", "d", Buffer.alloc(8, 0xff)) },
  { title: "f, a float that is infinite", header: rawHeader("h", "f", bytes(0x7f, 0x80, 0, 0)) },
  { title: "an unknown tag", header: rawHeader("h", "?", bytes(1, 2, 3)) },
  { title: "an unknown tag in a table", header: rawHeader("h", "F", withLength(rawHeader("a", "z", eight))) },
  {
    title: "a table that is longer than what holds it",
    header: rawHeader("h", "F", bytes(0xff, 0xff, 0xff, 0xff)),
  },
  { title: "a text that is cut off", header: rawHeader("h", "S", bytes(0, 0, 0, 9, 0x61)) },
  { title: "a name that is cut off", header: bytes(200, 0x61) },
  { title: "a name without a value", header: bytes(1, 0x61) },
];

/** Deep enough to overflow the stack of a recursive decoder. */
export const deepHeaders: readonly PoisonHeader[] = [
  { title: "tables in tables", header: nestedHeader("h", 5000) },
  { title: "arrays in arrays", header: nestedHeader("h", 5000, "A") },
];

/** The deepest nesting that fits into a frame of 128 KiB, which is what brokers and clients agree on by default. */
export const deepestHeader: PoisonHeader = {
  title: "tables in tables, to the limit of a frame",
  header: nestedHeader("h", 21_000),
};
