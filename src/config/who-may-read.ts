import { isIP } from "node:net";
import type { Settings } from "./settings.ts";

/** Where the public listener listens, and who forwards requests to it. */
type Reach = Pick<Settings, "PUBLIC_HOST" | "TRUSTED_PROXIES">;

/** Returns whether only this machine can reach a listening host. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}

/**
 * Decides whether something that has no login is served. With `auto` it is served only where nobody on another machine can reach
 * it: on loopback, without a proxy.
 */
export function isServed(choice: "auto" | "true" | "false", reach: Reach): boolean {
  return choice === "auto" ? isOwnMachine(reach) : choice === "true";
}

/** Returns what an operator should know about pages that others can reach. */
export function pageWarnings(
  settings: Reach & Pick<Settings, "PAGES" | "OPERATE_PAGES" | "PUBLIC_PORT">,
): string[] {
  if (settings.PUBLIC_PORT === "off" || isOwnMachine(settings) || !isServed(settings.PAGES, settings))
    return [];
  const shown = isServed(settings.OPERATE_PAGES, settings)
    ? "everything that is stored, payloads of rejected messages and client ids included (OPERATE_PAGES),"
    : "everything that is stored, but not the payloads of rejected messages (OPERATE_PAGES),";
  return [
    `PAGES: the pages have no login and show ${shown} to everybody who reaches them: put a proxy with a login in front of them (docs/deploying.md)`,
  ];
}

function isOwnMachine({ PUBLIC_HOST, TRUSTED_PROXIES }: Reach): boolean {
  return isLoopback(PUBLIC_HOST) && TRUSTED_PROXIES.length === 0;
}
