import type { PageParts, PageSettings } from "../../src/http/pages/page-parts.ts";
import { publicPages } from "../../src/http/pages/public-pages.ts";
import { createLightSource } from "../../src/http/pages/serve/light-source.ts";
import { openAssets } from "../../src/http/pages/serve/open-assets.ts";
import type { Log } from "../../src/log.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { limits, schemas } from "../examples.ts";
import { startPublicServer } from "../http/public-server.ts";
import { buildAssets } from "./built-assets.ts";

export interface PagesServer {
  /** The address, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

export const pageSettings: PageSettings = {
  BUGZILLA_URL: "https://bugzilla.mozilla.org",
  PAGES_MAX_STREAMS: 50,
  PAGES_REMOTE_IMAGES: false,
  PAGES_WORKERS: [],
  operates: true,
};

const silent: Log = {
  error: (event, fields) =>
    process.stderr.write(`pages-server: ${event} ${String(fields?.["error"] ?? "")}\n`),
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

const noLog = { ok: false, kind: "failed", reason: "network", detail: "there are no logs here" } as const;

/**
 * Starts the public listener with all pages over a store, on a free port, in this process. Scripts and styles are bundled from the
 * current sources. One server for a whole test file is enough.
 * @param changes - parts to replace, such as `settings`, `status` or `now`.
 */
export async function startPagesServer(store: Store, changes: Partial<PageParts> = {}): Promise<PagesServer> {
  const assets = await buildAssets();
  const log = changes.log ?? silent;
  const parts: PageParts = {
    store,
    settings: pageSettings,
    status: null,
    rules: () => ({ ...limits, schemas, tiers: new Map(), acceptsProject: () => true }),
    hasRegistry: true,
    light: createLightSource({
      problems: async () => [],
      showsReasons: true,
      ready: { state: "ready", words: "worker ready" },
      now: Date.now,
    }),
    logs: { readPart: async () => noLog, find: async () => noLog, findErrors: async () => noLog },
    assets: openAssets(assets.folder, log),
    now: Date.now,
    log,
    ...changes,
  };
  const server = await startPublicServer([], log, publicPages(parts));
  return {
    url: server.url,
    async close() {
      await server.close();
      await assets.remove();
    },
  };
}
