import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import * as z from "zod";
import type { Log } from "../../../log.ts";
import { packageFile } from "../../../package-files.ts";
import type { PageFiles } from "../../../web/page-shell.tsx";

/** A file that browsers load. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  /** Compressed forms by their name in `Accept-Encoding`, the smallest first. */
  readonly codings: readonly { readonly coding: "br" | "gzip"; readonly bytes: Buffer }[];
}

/** The bundled scripts and the style sheet, all in memory. */
export interface Assets {
  /** Returns the files that a page loads. @param entry - such as `grid-page`; null for a page without a script. */
  filesOf(entry: string | null): PageFiles;
  /** Returns a file by its name, or null if there is none. */
  find(file: string): Asset | null;
}

const manifest = z.object({
  style: z.string(),
  scripts: z.record(z.string(), z.object({ file: z.string(), chunks: z.array(z.string()) })),
});

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/** Where `npm run build` puts the bundles. */
export const builtAssets = packageFile("dist/assets/");

/** The URL path below which the bundles are served. */
export const ASSETS_PATH = "/assets/";

/** Reads the bundles. If they are missing, pages have neither style nor script, and the log says what to do (`assets_missing`). */
export function openAssets(folder: string, log: Log): Assets {
  const path = join(folder, "manifest.json");
  if (!existsSync(path)) {
    log.warn("assets_missing", {
      folder,
      hint: "run `npm run build`: pages have no style and no script without it",
    });
    return { filesOf: () => ({ style: null, script: null, chunks: [] }), find: () => null };
  }
  const { style, scripts } = manifest.parse(JSON.parse(readFileSync(path, "utf8")));
  const names = readdirSync(folder).filter((name) => types[extname(name)] !== undefined);
  const files = new Map(names.map((name) => [name, readAsset(folder, name)] as const));
  return {
    filesOf(entry) {
      const script = entry === null ? null : (scripts[entry] ?? null);
      if (script === null && entry !== null) throw new Error(`there is no script ${entry} in ${path}`);
      return {
        style: `${ASSETS_PATH}${style}`,
        script: script && `${ASSETS_PATH}${script.file}`,
        chunks: (script?.chunks ?? []).map((chunk) => `${ASSETS_PATH}${chunk}`),
      };
    },
    find: (file) => files.get(file) ?? null,
  };
}

function readAsset(folder: string, name: string): Asset {
  const read = (ending: string): Buffer => readFileSync(join(folder, `${name}${ending}`));
  const codings = [
    { coding: "br", bytes: read(".br") },
    { coding: "gzip", bytes: read(".gz") },
  ] as const;
  return { type: types[extname(name)] ?? "", plain: read(""), codings };
}
