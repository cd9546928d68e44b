import { isIP } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openKeyring } from "../credentials/keyring.ts";
import { reportCredentials } from "../credentials/report-credentials.ts";
import type { WorkerView } from "../http/observe/observe-worker.ts";
import { createLightSource } from "../http/pages/light-source.ts";
import { builtAssets, openAssets } from "../http/pages/open-assets.ts";
import type { PageParts, PageSettings } from "../http/pages/page-parts.ts";
import { publicPages } from "../http/pages/public-pages.ts";
import { type PublicOptions, startPublic } from "../http/public/start-public.ts";
import { readApiPlugin } from "../http/read/read-api-plugin.ts";
import { type AuthenticatorOptions, createAuthenticator } from "../http/rest/authenticate.ts";
import { submissionPlugin } from "../http/submit/submission-routes.ts";
import { updateStatePlugin } from "../http/submit/update-state.ts";
import type { Submit } from "../ingest/progress/submit.ts";
import type { ItemRules } from "../judge/judge-item.ts";
import { readCollection } from "../judge/read-collection.ts";
import type { Log } from "../log.ts";
import { type LogCacheOptions, openLogCache } from "../logs/cache/log-cache.ts";
import { type HttpLogSourceOptions, openHttpLogSource } from "../logs/fetch/http-log-source.ts";
import type { Store } from "../store/ports/store.ts";

export interface RestOptions extends Omit<PublicOptions, "authenticator" | "restPlugins" | "pages" | "log"> {
  /** The file with the keys of secrets; undefined if they are not encrypted. */
  readonly keyFile: string | undefined;
  readonly rates: AuthenticatorOptions["limits"];
  /** The most items of a collection. */
  readonly maxItems: number;
  /** Whether everybody who reaches the listener may read. */
  readonly readApi: boolean;
  /** Where and how the texts of logs are kept for readers. */
  readonly logTexts: Omit<LogCacheOptions, "source" | "now"> & { readonly fetch: HttpLogSourceOptions };
  /** Null: no pages are served. */
  readonly pages: {
    readonly settings: PageSettings;
    readonly view: Pick<WorkerView, "readinessProblems" | "status">;
  } | null;
  readonly store: Store;
  readonly submit: Submit;
  /** Returns the rules to judge by now. */
  readonly rules: () => ItemRules;
  readonly log: Log;
}

/** The part of a worker that serves the REST API. */
export interface Rest {
  /** Stops accepting at once. Resolves when the requests in progress have been answered, or after the limit. */
  close(limitMs: number): Promise<void>;
}

/**
 * Joins the public listener with the write path and the store.
 *
 * @throws Misuse if it cannot listen on the address, or if the key file is invalid.
 */
export async function startRest(options: RestOptions): Promise<Rest> {
  const { store, submit, maxItems, rules, log } = options;
  const { now } = Date;
  const keyring = openKeyring(options.keyFile, now, log);
  const authenticator = createAuthenticator({
    ...{ credentials: store, keyring, nonces: store, limits: options.rates },
    ...{ now, log },
  });
  const submission = submissionPlugin({
    submit,
    read: (body, kind, project) => readCollection(body, { kind, project, maxItems, ...rules() }),
    reads: store,
  });
  const { fetch, ...texts } = options.logTexts;
  const logs = openLogCache({ ...texts, source: openHttpLogSource(fetch), now });
  const reading = options.readApi ? [readApiPlugin({ store, logs })] : [];
  const restPlugins = [submission, updateStatePlugin(store), ...reading];
  const pages = options.pages && publicPages(pageParts({ ...options.pages, store, logs, now, log }));
  const server = await startPublic({ ...options, authenticator, restPlugins, pages });
  reportCredentials({ credentials: store, keyring, log }).catch((error: unknown) =>
    log.error("bug", { what: "credentials", error }),
  );
  return {
    async close(limitMs) {
      await server.close(limitMs);
      await logs.close();
    },
  };
}

function pageParts({
  settings,
  view,
  ...parts
}: NonNullable<RestOptions["pages"]> & Pick<PageParts, "store" | "logs" | "now" | "log">): PageParts {
  const problems = (): Promise<string[]> => view.readinessProblems();
  return {
    ...parts,
    settings,
    status: () => view.status(),
    light: createLightSource({ problems, readyWords: "worker ready", now: parts.now }),
    assets: openAssets(fileURLToPath(builtAssets), parts.log),
  };
}

/** Returns the folder of the texts of logs. */
export function logTextFolder(dataDir: string): string {
  return join(dataDir, "log-cache");
}

/** Returns whether only this machine can reach a listening host. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}
