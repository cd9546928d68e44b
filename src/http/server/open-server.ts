import { isIPv6 } from "node:net";
import type { FastifyInstance } from "fastify";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";

/** A listening server. */
export interface OpenServer {
  /** Its address, with the actual port. */
  readonly url: string;
  /** Stops the server and closes all connections. */
  close(): Promise<void>;
}

const hints: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "something already listens there, perhaps another worker: set another HTTP_PORT, 0 for a free port, or `off`",
  EADDRNOTAVAIL: "this machine has no such address: see HTTP_HOST",
  ENOTFOUND: "there is no such host: see HTTP_HOST",
  EACCES: "this user may not open that port: choose a port above 1023",
};

/**
 * Starts to listen.
 *
 * @param port - 0: any free port.
 * @throws Misuse if it cannot listen on the address.
 */
export async function openServer(app: FastifyInstance, host: string, port: number): Promise<OpenServer> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = errorCode(error);
    const hint = hints[code];
    if (hint === undefined) throw error;
    throw new Misuse([`HTTP_PORT: cannot listen on ${host}:${port} (${code}): ${hint}`]);
  }
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("an HTTP server without a port");
  return {
    url: `http://${isIPv6(address.address) ? `[${address.address}]` : address.address}:${address.port}`,
    close: async () => app.close(),
  };
}
