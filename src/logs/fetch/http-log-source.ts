import { Agent, type Dispatcher, request } from "undici";
import { FetchClock } from "./fetch-clock.ts";
import { defaultFetchLimits, type FetchLimits } from "./fetch-limits.ts";
import { type Admit, createGuardedConnect } from "./guarded-connect.ts";
import { systemHostsFile } from "./hosts-file.ts";
import { LogFetchError, type LogSource } from "./log-source.ts";
import { readLogUrl, webPorts } from "./log-url.ts";
import { createMeteredConnect } from "./metered-connect.ts";
import { toFetchError } from "./network-failure.ts";
import { isPublicAddress } from "./public-address.ts";
import { readBody } from "./read-body.ts";
import { createResolveHost } from "./resolve-host.ts";

/** All of it plain data but the two functions, so that it can be handed to a thread. */
export interface HttpLogSourceOptions {
  readonly userAgent: string;
  readonly limits?: Partial<FetchLimits>;
  /** Names that may be fetched from, `logs.example.com` or `*.example.com`; empty: all. */
  readonly allowHosts?: readonly string[];
  /** Ports that may be fetched from, `443` or `1024-65535`; the default is {@link webPorts}. */
  readonly allowPorts?: readonly string[];
  /** Addresses that are not public may be connected to as well: for a laptop, or logs on an inner network. */
  readonly allowPrivate?: boolean;
  /** DNS servers to ask, `address` or `address:port`; empty: those that the system asks. */
  readonly dnsServers?: readonly string[];
  /** Names and addresses, looked into first where private addresses are allowed; the default is the system's file. */
  readonly hostsFile?: string;
  /** Which addresses may be connected to, instead of the public ones. */
  readonly mayConnect?: (address: string) => boolean;
  /** Which of the checked addresses may be connected to now; the default is all. */
  readonly admit?: Admit;
}

type Answer = Dispatcher.ResponseData;

/**
 * Fetches logs by HTTP from strangers' URLs: one GET, redirects followed, every connection guarded
 * (`guarded-connect.ts`), within limits. No cookie, credential, referrer or proxy; no encoding is asked for, and
 * none is undone here. A redirect may lead from https to http: nothing secret is sent, and a log may be at an http
 * URL in the first place.
 *
 * Each request has a connection of its own, which is closed with its answer. So no host can keep idle connections
 * open, and the source holds no more sockets than it has logs open.
 */
export function openHttpLogSource(options: HttpLogSourceOptions): LogSource {
  const limits: FetchLimits = { ...defaultFetchLimits, ...options.limits };
  const {
    allowHosts = [],
    allowPorts = webPorts,
    dnsServers = [],
    allowPrivate = false,
    userAgent,
  } = options;
  const { hostsFile = systemHostsFile, admit = async (addresses) => addresses } = options;
  const allowed = { hosts: allowHosts, ports: allowPorts };
  const guardedConnect = createGuardedConnect({
    mayConnect: allowPrivate ? () => true : (options.mayConnect ?? isPublicAddress),
    admit,
    resolve: createResolveHost({
      servers: dnsServers,
      lookupMs: Math.min(limits.lookupMs, limits.connectMs),
      // It may name machines of the inside, which a stranger must not find out.
      hostsFile: allowPrivate ? hostsFile : null,
    }),
    connectMs: limits.connectMs,
  });
  const agent = new Agent({
    connect: createMeteredConnect(guardedConnect, limits),
    // Every request asks the server to close the connection after its answer, and undici closes it as well.
    pipelining: 0,
    // Both are the FetchClock's work.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function ask(url: URL, clock: FetchClock): Promise<Answer> {
    try {
      return await clock.within(limits.connectMs + limits.idleMs, `no answer from ${url.host}`, () =>
        request(url, {
          dispatcher: agent,
          signal: clock.signal,
          headers: { "user-agent": userAgent, accept: "*/*" },
        }),
      );
    } catch (error) {
      throw toFetchError(error, url.host);
    }
  }

  async function follow(text: string, clock: FetchClock): Promise<{ url: URL; answer: Answer }> {
    let url = readLogUrl(text, allowed);
    for (let redirects = 0; ; redirects++) {
      const answer = await ask(url, clock);
      // An abort that comes while nobody reads must not become an uncaught error: whoever reads is told then.
      answer.body.on("error", () => undefined);
      const target = redirectTarget(answer);
      if (target === null) return { url, answer };
      answer.body.destroy();
      if (redirects === limits.redirects) {
        throw new LogFetchError("too-many-redirects", `more than ${limits.redirects} redirects`, false);
      }
      url = readLogUrl(target, allowed, url);
    }
  }

  return {
    async open(text, stop) {
      const clock = new FetchClock(limits.totalMs, stop);
      try {
        const { url, answer } = await follow(text, clock);
        refuseBadAnswer(answer, url, limits.bytes);
        const contentEncoding = [answer.headers["content-encoding"] ?? []].flat().join(",");
        return { contentEncoding, bytes: readBody(answer.body, clock, url.host, limits) };
      } catch (error) {
        clock.stop();
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

const redirectCodes = new Set([301, 302, 303, 307, 308]);

function redirectTarget({ statusCode, headers }: Answer): string | null {
  if (!redirectCodes.has(statusCode)) return null;
  const { location } = headers;
  // A second header would be another target: neither is believed.
  return typeof location === "string" ? location : null;
}

function refuseBadAnswer({ statusCode, headers, body }: Answer, url: URL, maxBytes: number): void {
  if (statusCode < 200 || statusCode > 299) {
    body.destroy();
    // A log that is gone or forbidden stays so; anything else may be the server's bad day.
    const final = statusCode === 403 || statusCode === 404;
    throw new LogFetchError("http-status", `HTTP ${statusCode} from ${url.host}`, final);
  }
  const announced = Number(headers["content-length"] ?? 0);
  if (announced > maxBytes) {
    body.destroy();
    throw new LogFetchError("too-large", `${announced} bytes announced, at most ${maxBytes} are read`, true);
  }
}
