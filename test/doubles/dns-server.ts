import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

/** An address, or `cname:other.name`. */
export type Answer = string;
/** The answers to the nth query (from 0) for a name. Each record type is counted separately. */
export type Zone = Readonly<Record<string, readonly Answer[] | ((nth: number) => readonly Answer[])>>;

export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** All queries so far, as `A name` or `AAAA name`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

export interface DnsConduct {
  /** Returns whether a query (`A name` or `AAAA name`) is answered. By default, all are. */
  readonly answers?: (asked: string) => boolean;
  /** The delay of each answer. By default, there is none. */
  readonly delayMs?: number;
}

const types: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA" };

/**
 * Starts a DNS server on a loopback port of its own. It acts as one that a hostile publisher runs for a domain. A name that
 * is not in the zone does not exist. The time to live is always 0.
 */
export async function startDnsServer(
  zone: Zone,
  { answers: isAnswered = () => true, delayMs = 0 }: DnsConduct = {},
): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, type, end } = readQuestion(query);
    const asked = `${types[type] ?? type} ${name}`;
    const nth = questions.filter((question) => question === asked).length;
    questions.push(asked);
    if (!isAnswered(asked)) return;
    const entry = zone[name];
    const answers = typeof entry === "function" ? entry(nth) : (entry ?? []);
    const message = reply(query, end, entry !== undefined, toRecords(name, type, answers));
    if (delayMs === 0) socket.send(message, from.port, from.address);
    else setTimeout(() => socket.send(message, from.port, from.address, () => undefined), delayMs).unref();
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function reply(query: Buffer, end: number, known: boolean, records: readonly Buffer[]): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  // Flags: an answer, recursion available. Code 3 means that there is no such name.
  header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, end), ...records]);
}

function toRecords(name: string, type: number, answers: readonly Answer[]): Buffer[] {
  let owner = name;
  const records: Buffer[] = [];
  for (const answer of answers) {
    if (answer.startsWith("cname:")) {
      const target = answer.slice(6);
      records.push(record(owner, 5, encodeName(target)));
      owner = target;
    } else if (type === (isIPv6(answer) ? 28 : 1)) {
      records.push(record(owner, type, encodeAddress(answer)));
    }
  }
  return records;
}

function record(owner: string, type: number, content: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(content.length, 8);
  return Buffer.concat([encodeName(owner), fixed, content]);
}

function encodeName(name: string): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function encodeAddress(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
  // URL rewrites a dotted tail in hexadecimal. Then `::` is expanded to eight groups.
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const [head = "", tail = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0");
  const whole = [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.from(whole.map((group) => group.padStart(4, "0")).join(""), "hex");
}
