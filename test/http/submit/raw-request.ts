import { connect, type Socket } from "node:net";
import { createPayloadHash } from "../../../src/http/hawk/payload-hash.ts";
import { macOf, signedText } from "../../../src/http/hawk/signed-text.ts";

export const CLIENT = "my-client";
export const SECRET = "00000000-0000-4000-8000-000000000001";

/** A request as its bytes will be written. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** `Content-Length` is added unless it is present, or the request has a `Transfer-Encoding`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The parts of a signed request that a test may choose. */
export interface Signing {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly id?: string;
  readonly secret?: string;
  /** Offset of the signed time from now, in seconds. */
  readonly offset?: number;
  readonly nonce?: string;
  readonly ext?: string;
}

/** An answer of the server. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: unknown;
}

let count = 0;

/** Returns a job item with a guid of its own. */
export function aNewJob(members: Readonly<Record<string, unknown>> = {}): object {
  const job = { job_guid: `attack/${count++}`, name: "x", state: "completed", result: "success", ...members };
  return { revision: "a".repeat(40), job };
}

/** Returns a POST of one new job, signed as a client of this server signs it. It asks the server to close the connection afterwards. */
export function signed({ host, hostname, port }: URL, signing: Signing = {}): RawRequest {
  const { method = "POST", target = "/api/project/try/jobs/", type = "application/json" } = signing;
  const { id = CLIENT, secret = SECRET, offset = 0, nonce = `nonce${count++}`, ext = null } = signing;
  const body = Buffer.from(signing.body ?? JSON.stringify([aNewJob()]));
  const payload = createPayloadHash(type);
  payload.update(body);
  const hash = payload.digest();
  const ts = String(Math.floor(Date.now() / 1000) + offset);
  const parts = {
    ts,
    nonce,
    method,
    target,
    host: hostname,
    port: Number(port),
    hash,
    ext,
    app: null,
    dlg: null,
  };
  const mac = macOf(secret, signedText("header", parts));
  const attributes = Object.entries({ id, ts, nonce, hash, ...(ext === null ? {} : { ext }), mac });
  const authorization = `Hawk ${attributes.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
  const headers = { Host: host, Authorization: authorization, "Content-Type": type, Connection: "close" };
  return { method, target, version: "1.1", headers, body };
}

/** Returns the same request with other headers; `undefined` removes one. */
export function withHeaders(
  request: RawRequest,
  headers: Readonly<Record<string, string | undefined>>,
): RawRequest {
  const all = Object.entries({ ...request.headers, ...headers });
  const kept = all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...request, headers: Object.fromEntries(kept) };
}

export function headBytes({ method, target, version, headers, body }: RawRequest): Buffer {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const isFramed = names.includes("transfer-encoding") || names.includes("content-length");
  const all = Object.entries(isFramed ? headers : { ...headers, "Content-Length": String(body.length) });
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines}\r\n`, "latin1");
}

export function toBytes(request: RawRequest): Buffer {
  return Buffer.concat([headBytes(request), request.body]);
}

/** Opens a connection. Resets are ignored, because an attack may cause one. */
export function dial(server: URL): Socket {
  const socket = connect(Number(server.port), server.hostname);
  socket.on("error", () => undefined);
  return socket;
}

/** Returns all answers on a connection until the server closes it. */
export async function answersOn(socket: Socket): Promise<readonly RawAnswer[]> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((one) => one !== "")
    .map(readAnswer);
}

/** Sends bytes on a connection of their own, and returns all answers until the server closes it. */
export async function sendBytes(
  server: URL,
  ...pieces: readonly (Buffer | string)[]
): Promise<readonly RawAnswer[]> {
  const socket = dial(server);
  const answers = answersOn(socket);
  for (const piece of pieces) socket.write(piece);
  return answers;
}

/** Sends one request, and returns the answer to it. */
export async function send(server: URL, request: RawRequest): Promise<RawAnswer> {
  const [answer, ...more] = await sendBytes(server, toBytes(request));
  if (answer === undefined || more.length > 0) throw new Error(`${more.length} more answers than one`);
  return answer;
}

function readAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = text.slice(0, end);
  const body: unknown = end + 4 < text.length ? JSON.parse(text.slice(end + 4)) : null;
  return { status: Number(head.slice(9, 12)), head, body };
}
