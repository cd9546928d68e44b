import { assetBudgets, assetSizes } from "../web/asset-sizes.ts";
import { buildAssets } from "../web/built-assets.ts";
import type { PagesPart } from "./pages-part.ts";

/** The bytes that browsers load, with gzip. */
export const assets: PagesPart = async ({ show }) => {
  show("bundling scripts and styles");
  const built = await buildAssets();
  const { first, all, css } = assetSizes(built.folder);
  await built.remove();
  const rounded = (kilobytes: number): number => Math.round(kilobytes * 10) / 10;
  const firstLoad = rounded(Math.max(...Object.values(first)));
  return {
    figures: { first_load_kb_gz: firstLoad, all_kb_gz: rounded(all), css_kb_gz: rounded(css) },
    limited: [
      {
        figure: "scripts of the largest page at first load (kB)",
        value: firstLoad,
        atMost: assetBudgets.first,
      },
      { figure: "all scripts (kB)", value: rounded(all), atMost: assetBudgets.all },
      { figure: "style sheet (kB)", value: rounded(css), atMost: assetBudgets.css },
    ],
  };
};
