import { fileURLToPath } from "node:url";
import type { PageParts } from "../http/pages/page-parts.ts";
import { publicPages } from "../http/pages/public-pages.ts";
import { createLightSource, type LightOptions } from "../http/pages/serve/light-source.ts";
import { builtAssets, openAssets } from "../http/pages/serve/open-assets.ts";
import type { PublicPages } from "../http/public/start-public.ts";

/** How to determine the state of the light in the page header, and what it shows if there is no problem. */
export type AskedLight = Pick<LightOptions, "problems" | "ready">;

export interface PagesOptions
  extends Pick<PageParts, "settings" | "status" | "rules" | "hasRegistry" | "store" | "logs" | "log"> {
  /** The light in the header of each page. */
  readonly light: AskedLight;
}

/** Creates the pages, connected with the parts whose data they show. */
export function joinPages({ light, ...parts }: PagesOptions): PublicPages {
  const { now } = Date;
  return publicPages({
    ...parts,
    light: createLightSource({ ...light, showsReasons: parts.settings.operates, now }),
    assets: openAssets(fileURLToPath(builtAssets), parts.log),
    now,
  });
}
