import { matchesHost } from "../../domain/matches-host.ts";
import { LogFetchError } from "./log-source.ts";

/**
 * The URL of a log, if it is one that may be asked for. Whether its address may be connected to is decided when
 * it is connected to, by `guarded-connect.ts`.
 *
 * @param base - the URL that redirected here, for a relative one.
 * @param allowHosts - names that may be fetched from: `logs.example.com`, or `*.example.com` for every name
 *   below that one. Empty: all.
 * @throws LogFetchError `invalid-url`, `refused-scheme` or `refused-host`, all final.
 */
export function readLogUrl(text: string, allowHosts: readonly string[], base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  if (url === null) throw new LogFetchError("invalid-url", "this is not a URL", true);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new LogFetchError(
      "refused-scheme",
      `${url.protocol} URLs are not fetched, only http: and https:`,
      true,
    );
  }
  if (allowHosts.length > 0 && !allowHosts.some((pattern) => matchesHost(pattern, url.hostname))) {
    throw new LogFetchError(
      "refused-host",
      `${url.hostname} is not among the hosts that may be fetched from`,
      true,
    );
  }
  // Nothing secret is ever sent: neither what the URL brings nor, after a redirect, what the first one brought.
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}
