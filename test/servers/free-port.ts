import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const given = new Set<number>();

/**
 * A TCP port on 127.0.0.1 on which nothing listens now.
 *
 * It lies below the range from which the kernel picks the near end of outgoing connections (32768 and up on Linux).
 * Within that range a client that keeps knocking at a stopped server's port is one day connected to itself, and the
 * server cannot come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    if (given.has(port) || !(await canListen(port))) continue;
    given.add(port);
    return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
