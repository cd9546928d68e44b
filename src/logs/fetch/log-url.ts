import { matchesHost } from "../../domain/text/matches-host.ts";
import { LogFetchError } from "./log-source.ts";

/** The hosts and ports that logs may be fetched from. */
export interface AllowedOrigins {
  /** `logs.example.com`, or `*.example.com` for every name below that one; all hosts if empty. */
  readonly hosts: readonly string[];
  /** `443`, or `1024-65535` for every port from the first to the last. */
  readonly ports: readonly string[];
}

/** The web's own ports, and those that a program can open without special privileges. */
export const webPorts: readonly string[] = ["80", "443", "1024-65535"];

/**
 * Returns the URL of a log if it may be requested. `guarded-connect.ts` checks its address later, when it connects.
 *
 * @param base - the URL that redirected here; a relative URL is resolved against it.
 * @throws LogFetchError `invalid-url`, `refused-scheme`, `refused-host` or `refused-port`, all final.
 */
export function readLogUrl(text: string, allowed: AllowedOrigins, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  if (url === null) {
    // After a redirect, the log's own URL is valid, so the message must be about the target.
    const detail =
      base === undefined ? "this is not a URL" : `${base.host} redirects to something that is not a URL`;
    throw new LogFetchError("invalid-url", detail, true);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new LogFetchError(
      "refused-scheme",
      `${url.protocol} URLs are not fetched, only http: and https:`,
      true,
    );
  }
  if (allowed.hosts.length > 0 && !allowed.hosts.some((pattern) => matchesHost(pattern, url.hostname))) {
    throw new LogFetchError("refused-host", `${url.hostname} is not among the hosts of LOG_HOSTS`, true);
  }
  const port = portOf(url);
  if (!allowed.ports.some((pattern) => matchesPort(pattern, port))) {
    throw new LogFetchError(
      "refused-port",
      `port ${port} of ${url.hostname} is not among the ports of LOG_PORTS`,
      true,
    );
  }
  // Credentials in a URL are never sent, not even after a redirect.
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

/** Returns the port that an http or https URL connects to. */
function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function matchesPort(pattern: string, port: number): boolean {
  const [from, to = from] = pattern.split("-").map(Number);
  return from !== undefined && to !== undefined && port >= from && port <= to;
}
