import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Returns a TCP port on 127.0.0.1 on which nothing listens, and which no other run gets while this process lives.
 *
 * It is below the range from which the kernel takes local ports of outgoing connections (32768 and up on Linux).
 * Within that range, a client that keeps connecting to a stopped server's port may at some time connect to itself, and the
 * server could not start again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if ((await reserve(port)) && (await canListen(port))) return port;
  }
}

/**
 * Another run could get the same port before the server listens on it. So the process reserves the number
 * as the name of a Linux abstract socket, which has one owner and is released when the process ends.
 */
function reserve(port: number): Promise<boolean> {
  if (process.platform !== "linux") return Promise.resolve(true);
  return new Promise((resolve) => {
    const name = createServer().unref();
    name.once("error", () => resolve(false));
    name.listen(`\0pulse-ingest-port-${port}`, () => resolve(true));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
