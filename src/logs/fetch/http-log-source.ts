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

/** All options except the two functions are plain data, so that they can be sent to a thread. */
export interface HttpLogSourceOptions {
  readonly userAgent: string;
  readonly limits?: Partial<FetchLimits>;
  /** Host names that may be fetched from, such as `logs.example.com` or `*.example.com`; all if empty. */
  readonly allowHosts?: readonly string[];
  /** Ports that may be fetched from, such as `443` or `1024-65535`. Default: {@link webPorts}. */
  readonly allowPorts?: readonly string[];
  /** Also connect to addresses that are not public: for a laptop, or for logs on an internal network. */
  readonly allowPrivate?: boolean;
  /** DNS servers, as `address` or `address:port`; the system's own if empty. */
  readonly dnsServers?: readonly string[];
  /** A hosts file that is read before DNS is asked, if private addresses are allowed. Default: the system's file. */
  readonly hostsFile?: string;
  /** Returns whether an address may be connected to. Default: only public addresses. */
  readonly mayConnect?: (address: string) => boolean;
  /** Returns which of the checked addresses may be connected to now. Default: all. */
  readonly admit?: Admit;
}

type Answer = Dispatcher.ResponseData;

/**
 * Returns a source that fetches logs over HTTP from strangers' URLs. It sends GET requests, follows redirects, checks
 * every connection (`guarded-connect.ts`), and stays within limits. It uses no cookie, credential, referrer or proxy,
 * asks for no encoding, and decodes none. A redirect from https to http is allowed: nothing secret is sent, and http URLs
 * of logs are allowed too.
 *
 * Each request has its own connection, which is closed with its answer. So no host can keep idle connections open, and
 * the source never has more sockets than open logs.
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
      // The file may contain names of internal machines, which strangers must not learn.
      hostsFile: allowPrivate ? hostsFile : null,
    }),
    connectMs: limits.connectMs,
  });
  const agent = new Agent({
    connect: createMeteredConnect(guardedConnect, limits),
    // Every request asks the server to close the connection after its answer, and undici closes it as well.
    pipelining: 0,
    // The FetchClock enforces both limits.
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
      // An abort while nobody reads must not become an uncaught error. The next read reports it.
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
  // Several `Location` headers may name different targets, so none of them is used.
  return typeof location === "string" ? percentEncoded(location) : null;
}

/**
 * Returns the URL in a header with each byte beyond ASCII percent-encoded. The HTTP client returns one character for each byte of a
 * header, and `URL` would encode such a character as two bytes.
 */
function percentEncoded(address: string): string {
  return address.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function refuseBadAnswer({ statusCode, headers, body }: Answer, url: URL, maxBytes: number): void {
  if (statusCode < 200 || statusCode > 299) {
    body.destroy();
    // A missing or forbidden log is unlikely to become available later. Any other status may be temporary.
    const final = statusCode === 403 || statusCode === 404;
    throw new LogFetchError("http-status", `HTTP ${statusCode} from ${url.host}`, final);
  }
  const announced = Number(headers["content-length"] ?? 0);
  if (announced > maxBytes) {
    body.destroy();
    throw new LogFetchError(
      "too-large",
      `the server announces ${announced} bytes; the limit is ${maxBytes}`,
      true,
    );
  }
}
