import type { FastifyPluginAsync } from "fastify";
import { type PublicPages, type PublicServer, startPublic } from "../../src/http/public/start-public.ts";
import type { Log, LogFields } from "../../src/log.ts";

/** Starts the public listener with these routes of the REST API. It knows no client, so everybody may only read. */
export async function startPublicServer(
  restPlugins: readonly FastifyPluginAsync[],
  log: Log,
  pages: PublicPages | null = null,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  let url = "";
  const noting = (event: string, fields: LogFields = {}): void => {
    if (event === "public_listening") url = String(fields["url"]);
    log.info(event, fields);
  };
  const server: PublicServer = await startPublic({
    ...{ host: "127.0.0.1", port: 0, allowedHosts: [], trustedProxies: [], allowedOrigins: [] },
    ...{ maxBodyBytes: 1e6, maxBodiesBytes: 1e6, requestMs: 30_000 },
    authenticator: { authenticate: async () => ({ kind: "anonymous" }) },
    restPlugins,
    pages,
    log: { ...log, info: noting },
  });
  return { url, close: () => server.close(2000) };
}
