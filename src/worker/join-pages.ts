import { fileURLToPath } from "node:url";
import type { PageParts } from "../http/pages/page-parts.ts";
import { publicPages } from "../http/pages/public-pages.ts";
import { createLightSource, type LightOptions } from "../http/pages/serve/light-source.ts";
import { builtAssets, openAssets } from "../http/pages/serve/open-assets.ts";
import type { PublicPages } from "../http/public/start-public.ts";

/** How to ask for the light, and what to say if all is well. */
export type AskedLight = Pick<LightOptions, "problems" | "ready">;

export interface PagesOptions
  extends Pick<PageParts, "settings" | "status" | "rules" | "hasRegistry" | "store" | "logs" | "log"> {
  /** How to ask for the light in the header of each page. */
  readonly light: AskedLight;
}

/** Joins the pages with what they show. */
export function joinPages({ light, ...parts }: PagesOptions): PublicPages {
  const { now } = Date;
  return publicPages({
    ...parts,
    light: createLightSource({ ...light, showsReasons: parts.settings.operates, now }),
    assets: openAssets(fileURLToPath(builtAssets), parts.log),
    now,
  });
}
