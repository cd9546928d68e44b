import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly atMs: number;
  /** Whether the request is signed, and the signature is valid. */
  readonly signature: "none" | "right" | "wrong";
  /** The attributes of its Hawk header. */
  readonly hawk: Readonly<Record<string, string>>;
}

export type Respond = (response: ServerResponse, request: SeenRequest) => void;

/** Creates an answer with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Respond {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  };
}

/** The answer to a collection whose items are all stored. */
export const storeAll: Respond = (response, request) => {
  const items: unknown = JSON.parse(request.body);
  const results = Array.isArray(items)
    ? items.map((_item, index) => ({ index, outcome: "stored", errors: [] }))
    : [];
  json(200, { message: "well-formed JSON stored", results })(response, request);
};

/**
 * A server on a real socket that checks the signatures of requests by itself, and gives the answers that the test sets: first those
 * in `next`, and when it is empty, those of `answer`.
 */
export class HawkServer {
  readonly seen: SeenRequest[] = [];
  next: Respond[] = [];
  answer: Respond = storeAll;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param secret - the secret of every client id. */
  static async open(secret: string): Promise<HawkServer> {
    const server = createServer();
    const double = new HawkServer(server);
    server.on("request", (request, response) => {
      void double.#handle(request, response, secret);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return double;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the server is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Forgets all requests and answers. */
  reset(): void {
    this.seen.length = 0;
    this.next = [];
    this.answer = storeAll;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse, secret: string): Promise<void> {
    const body = await text(request);
    const { method = "", url: target = "", headers } = request;
    const hawk = Object.fromEntries(
      [...(headers.authorization ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    const signature =
      headers.authorization === undefined
        ? "none"
        : isSigned(request, body, hawk, secret)
          ? "right"
          : "wrong";
    const seen = { method, target, headers, body, atMs: Date.now(), signature, hawk } as const;
    this.seen.push(seen);
    (this.next.shift() ?? this.answer)(response, seen);
  }
}

/** Checks a signature as the protocol defines it: the hash of the payload, and the MAC over the request's lines. */
function isSigned(
  { method, url, headers }: IncomingMessage,
  body: string,
  { ts, nonce, hash, mac }: Readonly<Record<string, string>>,
  secret: string,
): boolean {
  const type = (headers["content-type"] ?? "").split(";")[0];
  const payload = createHash("sha256").update(`hawk.1.payload\n${type}\n${body}\n`).digest("base64");
  const [host, port] = (headers.host ?? "").split(":");
  const lines = ["hawk.1.header", ts, nonce, method, url, host, port ?? "80", hash, "", ""];
  const expected = createHmac("sha256", secret).update(lines.join("\n")).digest("base64");
  return payload === hash && expected === mac;
}
