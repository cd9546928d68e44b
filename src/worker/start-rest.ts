import { openKeyring } from "../credentials/keyring.ts";
import { reportCredentials } from "../credentials/report-credentials.ts";
import { type PublicOptions, startPublic } from "../http/public/start-public.ts";
import { readApiPlugin } from "../http/read/read-api-plugin.ts";
import { type AuthenticatorOptions, createAuthenticator } from "../http/rest/authenticate.ts";
import { submissionPlugin } from "../http/submit/submission-routes.ts";
import { type UpdateStateOptions, updateStatePlugin } from "../http/submit/update-state.ts";
import type { Submit } from "../ingest/progress/submit.ts";
import type { ItemRules } from "../judge/judge-item.ts";
import { readCollection } from "../judge/read-collection.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/ports/store.ts";
import { joinPages, type PagesOptions } from "./join-pages.ts";
import { type LogTextOptions, openLogTexts } from "./open-log-texts.ts";

export interface RestOptions extends Omit<PublicOptions, "authenticator" | "restPlugins" | "pages" | "log"> {
  /** The file with the keys that encrypt secrets; undefined if they are not encrypted. */
  readonly keyFile: string | undefined;
  readonly rates: AuthenticatorOptions["limits"];
  /** The maximum number of items in a collection. */
  readonly maxItems: number;
  /** Whether the read API is served to everybody who can reach the listener. */
  readonly readApi: boolean;
  readonly logTexts: LogTextOptions;
  /** The options of the pages; null if no pages are served. */
  readonly pages: Pick<PagesOptions, "settings" | "status" | "rules" | "hasRegistry" | "light"> | null;
  readonly store: Store;
  readonly submit: Submit;
  /** Archives a request that does not go through the write path; null if requests are not archived. */
  readonly archive: UpdateStateOptions["archive"];
  /** Returns the current rules for posted items. */
  readonly rules: () => ItemRules;
  readonly log: Log;
}

/** The part of a worker that serves the REST API. */
export interface Rest {
  /** Immediately stops accepting requests. Resolves when the requests in progress have been answered, or after the limit. */
  close(limitMs: number): Promise<void>;
}

/**
 * Starts the public listener, connected with the write path and the store.
 *
 * @throws Misuse if it cannot listen on the address, or if the key file is invalid.
 */
export async function startRest(options: RestOptions): Promise<Rest> {
  const { store, submit, archive, maxItems, rules, log } = options;
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
  const logs = openLogTexts(options.logTexts);
  const reading = options.readApi ? [readApiPlugin({ store, logs })] : [];
  const restPlugins = [submission, updateStatePlugin({ store, archive }), ...reading];
  const pages = options.pages && joinPages({ ...options.pages, store, logs, log });
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
