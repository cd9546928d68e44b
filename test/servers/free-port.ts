import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A TCP port on 127.0.0.1 on which nothing listens now, and which no other run is given while this process lives.
 *
 * It lies below the range from which the kernel picks the near end of outgoing connections (32768 and up on Linux).
 * Within that range a client that keeps knocking at a stopped server's port is one day connected to itself, and the
 * server cannot come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if ((await reserve(port)) && (await canListen(port))) return port;
  }
}

/**
 * Between the look and the server's own listening another run could be given the same port. So its number is taken
 * as the name of a Linux abstract socket: one owner at a time, and free again when the process has ended.
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
