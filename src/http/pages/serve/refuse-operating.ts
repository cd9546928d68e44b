import type { PageParts } from "../page-parts.ts";
import { PageRefused } from "./page-refused.ts";

/** @throws PageRefused where the pages for operators are off. */
export function refuseOperating({ settings }: Pick<PageParts, "settings">): void {
  if (settings.operates) return;
  throw new PageRefused(
    404,
    "The pages for operators are not served here.",
    "They show payloads of rejected messages and client ids. OPERATE_PAGES=true serves them; pulse-ingest status and pulse-ingest rejections show the same in a terminal.",
  );
}
