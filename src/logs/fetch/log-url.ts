import { matchesHost } from "../../domain/text/matches-host.ts";
import { LogFetchError } from "./log-source.ts";

/** Where logs may be fetched from, by their URL. */
export interface AllowedOrigins {
  /** `logs.example.com`, or `*.example.com` for every name below that one. Empty: all. */
  readonly hosts: readonly string[];
  /** `443`, or `1024-65535` for every port from the first to the last. */
  readonly ports: readonly string[];
}

/** The web's own ports, and those that a program can open without special rights. */
export const webPorts: readonly string[] = ["80", "443", "1024-65535"];

/**
 * The URL of a log, if it is one that may be asked for. Whether its address may be connected to is decided when
 * it is connected to, by `guarded-connect.ts`.
 *
 * @param base - the URL that redirected here, for a relative one.
 * @throws LogFetchError `invalid-url`, `refused-scheme`, `refused-host` or `refused-port`, all final.
 */
export function readLogUrl(text: string, allowed: AllowedOrigins, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  if (url === null) throw new LogFetchError("invalid-url", "this is not a URL", true);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new LogFetchError(
      "refused-scheme",
      `${url.protocol} URLs are not fetched, only http: and https:`,
      true,
    );
  }
  if (allowed.hosts.length > 0 && !allowed.hosts.some((pattern) => matchesHost(pattern, url.hostname))) {
    throw new LogFetchError(
      "refused-host",
      `${url.hostname} is not among the hosts that may be fetched from`,
      true,
    );
  }
  const port = portOf(url);
  if (!allowed.ports.some((pattern) => matchesPort(pattern, port))) {
    throw new LogFetchError(
      "refused-port",
      `port ${port} of ${url.hostname} is not among the ports of LOG_PORTS`,
      true,
    );
  }
  // Nothing secret is ever sent: neither what the URL brings nor, after a redirect, what the first one brought.
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

/** The port that an http or https URL connects to. */
function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function matchesPort(pattern: string, port: number): boolean {
  const [from, to = from] = pattern.split("-").map(Number);
  return from !== undefined && to !== undefined && port >= from && port <= to;
}
