import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../../log.ts";
import { withDeadline } from "../../timing/deadline.ts";
import type { Authenticator } from "../rest/authenticate.ts";
import { BodyBudget } from "../rest/body-budget.ts";
import type { AllowedOrigins } from "../rest/cors.ts";
import { isNamelessAgent, NAMELESS_AGENT } from "../rest/refused-agents.ts";
import { isRestPath, restPlugin } from "../rest/rest-plugin.ts";
import { detailBody, sendDetail } from "../rest/send-detail.ts";
import { createHostCheck } from "../server/admit-host.ts";
import { clientAddress, createTrust, type IsTrusted } from "../server/client-address.ts";
import { createServer, type ServerOptions } from "../server/create-server.ts";
import { openServer } from "../server/open-server.ts";
import { descriptionPlugin } from "./description-routes.ts";

export interface PublicOptions {
  readonly host: string;
  /** 0: any free port; `off`: nothing is served. */
  readonly port: number | "off";
  /** More host names to answer to, besides IP addresses, `localhost`, the machine's name and `host`. */
  readonly allowedHosts: readonly string[];
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-` headers count. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: AllowedOrigins;
  /** The most bytes of one body. */
  readonly maxBodyBytes: number;
  /** The most bytes of all bodies in memory. */
  readonly maxBodiesBytes: number;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestMs: number;
  readonly authenticator: Authenticator;
  /** The routes of the REST API. */
  readonly restPlugins: readonly FastifyPluginAsync[];
  /** Null: no pages are served. */
  readonly pages: PublicPages | null;
  readonly log: Log;
}

/** The pages as this listener needs them. */
export interface PublicPages {
  readonly plugin: (isTrusted: IsTrusted) => FastifyPluginAsync;
  /** Sets the headers of every answer. */
  readonly setHeaders: (reply: FastifyReply) => void;
  /** Answers a request outside the REST API that failed, or that no route answers. */
  readonly sendProblem: NonNullable<ServerOptions["sendProblem"]>;
}

export interface PublicServer {
  /**
   * Stops accepting at once. Resolves when the requests in progress have been answered. Connections that are open after the
   * limit are cut.
   */
  close(limitMs: number): Promise<void>;
}

const MAX_CONNECTIONS = 1000;
const MAX_REQUESTS_PER_CONNECTION = 10_000;
/** A connection may be silent while its request waits for the store. */
const IDLE_MS = 120_000;

/**
 * Serves the REST API, its description, and the pages if there are any. The log says at which address (`public_listening`).
 *
 * @throws Misuse if it cannot listen on the address.
 */
export async function startPublic(options: PublicOptions): Promise<PublicServer> {
  const { host, port, allowedHosts, trustedProxies, pages, log } = options;
  if (port === "off") return { close: async () => undefined };
  const isTrusted = createTrust(trustedProxies);
  const isOurs = createHostCheck({
    host,
    allowedHosts,
    setting: "PUBLIC_ALLOWED_HOSTS",
    errorBody: detailBody,
  });

  function admit(request: FastifyRequest, reply: FastifyReply): boolean {
    pages?.setHeaders(reply);
    const { url, method, raw } = request;
    // The path as it was routed: it may have come with the whole URL, or with letters that are encoded.
    const path = request.routeOptions.url ?? url;
    if (isRestPath(path) && isNamelessAgent(request.headers["user-agent"])) {
      sendDetail(reply, 403, NAMELESS_AGENT);
      return false;
    }
    // Its Hawk signature covers the host.
    if (method === "POST" && path.startsWith("/api/project/")) return true;
    const { remoteAddress } = request.socket;
    const addressed = { target: url, rawHeaders: raw.rawHeaders };
    if (!isTrusted(remoteAddress)) return isOurs(addressed, reply);
    const { hostHeader } = clientAddress({ remoteAddress, ...addressed }, isTrusted);
    return isOurs({ target: "", rawHeaders: hostHeader === null ? [] : ["host", hostHeader] }, reply);
  }

  const rest = restPlugin({
    authenticator: options.authenticator,
    isTrusted,
    maxBytes: options.maxBodyBytes,
    budget: new BodyBudget(options.maxBodiesBytes),
    allowedOrigins: options.allowedOrigins,
    plugins: options.restPlugins,
    log,
  });
  const app = createServer({
    limits: {
      requestMs: options.requestMs,
      idleMs: IDLE_MS,
      maxConnections: MAX_CONNECTIONS,
      maxRequestsPerConnection: MAX_REQUESTS_PER_CONNECTION,
    },
    admit,
    errorBody: detailBody,
    ...(pages !== null && { sendProblem: pages.sendProblem }),
    closesGently: true,
    plugins: [rest, descriptionPlugin, ...(pages === null ? [] : [pages.plugin(isTrusted)])],
    log,
  });
  const server = await openServer(app, host, port, { host: "PUBLIC_HOST", port: "PUBLIC_PORT" });
  log.info("public_listening", { url: server.url });
  return {
    async close(limitMs) {
      const closed = server.close();
      await withDeadline(closed, limitMs, () => app.server.closeAllConnections());
      await closed;
    },
  };
}
