import { isIPv6 } from "node:net";
import type { FastifyInstance } from "fastify";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";

/** A listening server. */
export interface OpenServer {
  /** The URL of the server, with the actual port. */
  readonly url: string;
  /** Stops the server and closes all connections. */
  close(): Promise<void>;
}

/** The names of the settings that say where a server listens, for error messages. */
export interface ListenSettings {
  readonly host: string;
  readonly port: string;
}

const hints: Readonly<Record<string, (settings: ListenSettings) => string>> = {
  EADDRINUSE: ({ port }) =>
    `something already listens there, perhaps another worker: set another ${port}, 0 for a free port, or \`off\``,
  EADDRNOTAVAIL: ({ host }) => `this machine has no such address: see ${host}`,
  ENOTFOUND: ({ host }) => `there is no such host: see ${host}`,
  EACCES: () => "this user may not open that port: choose a port above 1023",
};

/**
 * Starts to listen on an address.
 *
 * @param port - 0 for any free port.
 * @throws Misuse if it cannot listen on the address.
 */
export async function openServer(
  app: FastifyInstance,
  host: string,
  port: number,
  settings: ListenSettings,
): Promise<OpenServer> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = errorCode(error);
    const hint = hints[code]?.(settings);
    if (hint === undefined) throw error;
    throw new Misuse([`${settings.port}: cannot listen on ${host}:${port} (${code}): ${hint}`]);
  }
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("an HTTP server without a port");
  return {
    url: `http://${isIPv6(address.address) ? `[${address.address}]` : address.address}:${address.port}`,
    close: async () => app.close(),
  };
}
