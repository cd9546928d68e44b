import { connect, createServer, type Socket } from "node:net";

const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** A document starts with its length. Its first member follows: the type, then the name. */
const NAME_AT = HEADER_BYTES + 4 + 1 + 4 + 1;
/** Commands that a driver sends to monitor the server. They do not belong to a batch. */
const watching = new Set(["hello", "ismaster", "isMaster", "ping", "endSessions"]);

export interface CommandProxy {
  /** The server's address through the proxy. */
  readonly url: string;
  /** How many commands of each name have been sent so far. */
  counted(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Forwards connections to a MongoDB-protocol server, and counts the commands that clients send. */
export async function startCommandProxy(serverUrl: string): Promise<CommandProxy> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const commands = new CommandReader();
    near.on("data", (bytes) => {
      for (const name of commands.read(bytes)) {
        if (!watching.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    });
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      // `close` follows every `error` event, and is handled there.
      socket.on("error", () => undefined);
      socket.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    counted: () => new Map(counts),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Finds the names of the commands in the bytes that a client sends. */
export class CommandReader {
  #rest = Buffer.alloc(0);

  /** Returns the names of the commands that these bytes complete. A message that is not a plain command is called `other`. */
  read(bytes: Buffer): string[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const names: string[] = [];
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readInt32LE(0);
      if (rest.length < length) break;
      names.push(nameOf(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
    this.#rest = Buffer.from(rest);
    return names;
  }
}

function nameOf(message: Buffer): string {
  if (message.readInt32LE(12) !== OP_MSG) return "other";
  return message.toString("latin1", NAME_AT, message.indexOf(0, NAME_AT));
}
