import type { PageSettings } from "./page-parts.ts";

/** Returns the address of a bug's page in the bug tracker, up to its number. */
export function bugAddressOf({ BUGZILLA_URL }: Pick<PageSettings, "BUGZILLA_URL">): string {
  return `${BUGZILLA_URL.replace(/\/$/, "")}/show_bug.cgi?id=`;
}
