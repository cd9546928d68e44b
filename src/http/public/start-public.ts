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
import { createServer } from "../server/create-server.ts";
import { openServer } from "../server/open-server.ts";
import type { SendProblem } from "../server/problem.ts";
import { descriptionPlugin } from "./description-routes.ts";

export interface PublicOptions {
  readonly host: string;
  /** 0 for any free port; `off` to serve nothing. */
  readonly port: number | "off";
  /** The host names to answer to, in addition to IP addresses, `localhost`, the machine's name and `host`. */
  readonly allowedHosts: readonly string[];
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-` headers are trusted. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: AllowedOrigins;
  /** The most bytes of one body. */
  readonly maxBodyBytes: number;
  /** The most bytes of all bodies that are in memory at the same time. */
  readonly maxBodiesBytes: number;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestMs: number;
  readonly authenticator: Authenticator;
  /** The routes of the REST API. */
  readonly restPlugins: readonly FastifyPluginAsync[];
  /** Null if no pages are served. */
  readonly pages: PublicPages | null;
  readonly log: Log;
}

/** The functions through which this listener serves the pages. */
export interface PublicPages {
  readonly plugin: (isTrusted: IsTrusted) => FastifyPluginAsync;
  /** Sets the headers of every answer. */
  readonly setHeaders: (reply: FastifyReply) => void;
  /** Answers a request outside the REST API that failed, or that no route answers. */
  readonly sendProblem: SendProblem;
}

export interface PublicServer {
  /**
   * Stops accepting connections immediately. Resolves when the requests in progress have been answered. Connections that are
   * still open after the limit are closed.
   */
  close(limitMs: number): Promise<void>;
}

const MAX_CONNECTIONS = 1000;
const MAX_REQUESTS_PER_CONNECTION = 10_000;
/** A connection may be silent while its request waits for the store. */
const IDLE_MS = 120_000;

/**
 * Serves the REST API, its description, and the pages if there are any. Logs the address (`public_listening`).
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
    // The path of the route, because `url` may be a whole URL or contain percent-encoded letters.
    const path = request.routeOptions.url ?? url;
    if (isRestPath(path) && isNamelessAgent(request.headers["user-agent"])) {
      sendDetail(reply, 403, NAMELESS_AGENT);
      return false;
    }
    // The host needs no check, because the Hawk signature covers it.
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
