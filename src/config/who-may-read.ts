import { isIP } from "node:net";
import type { Settings } from "./settings.ts";

/** The settings that decide who can reach the public listener. */
type Reach = Pick<Settings, "PUBLIC_HOST" | "TRUSTED_PROXIES">;

/** Returns whether a listening address can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}

/**
 * Decides whether something without a login is served. With `auto` it is served only if it cannot be reached from another
 * machine: on a loopback address, without a proxy.
 */
export function isServed(choice: "auto" | "true" | "false", reach: Reach): boolean {
  return choice === "auto" ? isOwnMachine(reach) : choice === "true";
}

/** Returns warnings about pages that can be reached from other machines. */
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
