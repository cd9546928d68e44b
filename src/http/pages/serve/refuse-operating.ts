import type { PageParts } from "../page-parts.ts";
import { PageRefused } from "./page-refused.ts";

/** @throws PageRefused if the pages for operators are off. */
export function refuseOperating({ settings }: Pick<PageParts, "settings">): void {
  if (settings.operates) return;
  throw new PageRefused(
    404,
    "The pages for operators are not served here.",
    "They show payloads of rejected messages and client ids. Set OPERATE_PAGES=true to serve them, or use pulse-ingest status and pulse-ingest rejections in a terminal.",
  );
}
