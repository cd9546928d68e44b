import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hawkHeader } from "../../../client/src/hawk-header.ts";
import { sealSecret } from "../../../src/credentials/sealed-secret.ts";
import type { Log, LogFields } from "../../../src/log.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { type Rest, type RestOptions, startRest } from "../../../src/worker/start-rest.ts";
import { aCredential, itemRules } from "../../examples.ts";

/** A client that may write to the projects `try` and `mozilla-*`. */
export const CLIENT = { clientId: "release-bot", secret: "00000000-0000-4000-8000-000000000001" };

/** The data to send, and the changes to make after it has been signed. */
export interface Sending {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: the request is not signed. */
  readonly signer?: { readonly clientId: string; readonly secret: string } | null;
  /** Seconds since the Unix epoch. */
  readonly seconds?: number;
  readonly nonce?: string;
  /** The bytes that are sent instead of the signed ones. */
  readonly sentBody?: string | Buffer;
}

/** An answer with its body as a parsed JSON value. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly text: string;
}

/** The public listener over a real socket, in front of the write path and a store. */
export class RestServer {
  readonly events: [event: string, fields: LogFields][] = [];
  readonly url: string;
  readonly #server: Rest;

  private constructor(server: Rest, url: string, events: [string, LogFields][]) {
    this.#server = server;
    this.url = url;
    this.events = events;
  }

  static async start(
    store: Store,
    submit: RestOptions["submit"],
    options: Partial<RestOptions> = {},
  ): Promise<RestServer> {
    const events: [string, LogFields][] = [];
    const noted = (event: string, fields: LogFields = {}): void => void events.push([event, fields]);
    const log: Log = { error: noted, warn: noted, info: noted, debug: noted };
    const server = await startRest({
      ...{ host: "127.0.0.1", port: 0, allowedHosts: [], trustedProxies: [], allowedOrigins: [] },
      ...{ maxBodyBytes: 1e6, maxBodiesBytes: 4e6, maxItems: 1000, requestMs: 30_000 },
      ...{ keyFile: undefined, rates: { jobs: 0, resultset: 0 }, readApi: false, pages: null },
      logTexts: {
        ...{ folder: join(tmpdir(), "no-log-texts"), maxBytes: 1e6, perHost: 1 },
        ...{ limits: { inflatedBytes: 1e6, ratio: 100, lines: 1000 }, fetch: { userAgent: "a test" } },
      },
      rules: () => itemRules,
      archive: null,
      store,
      submit,
      log,
      ...options,
    });
    const [, listening] = events.find(([event]) => event === "public_listening") ?? [];
    return new RestServer(server, String(listening?.["url"]), events);
  }

  /** Sends a request, signed by the client unless told otherwise. */
  async send(path: string, sending: Sending = {}): Promise<Answered> {
    const { method = "POST", body = "", headers = {}, signer = CLIENT, sentBody = body } = sending;
    const url = new URL(path, this.url);
    const type = headers["content-type"] ?? (body.length > 0 ? "application/json" : "");
    const signed =
      signer === null
        ? {}
        : {
            authorization: hawkHeader(signer, {
              method,
              url,
              contentType: type,
              body: Buffer.from(body),
              seconds: sending.seconds ?? Math.floor(Date.now() / 1000),
              nonce: sending.nonce ?? randomUUID(),
            }),
          };
    const answer = await fetch(url, {
      method,
      headers: {
        "user-agent": "a test",
        ...(type !== "" && { "content-type": type }),
        ...signed,
        ...headers,
      },
      ...(sentBody.length > 0 && {
        body: typeof sentBody === "string" ? sentBody : new Uint8Array(sentBody),
      }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === "" ? null : JSON.parse(text),
      text,
    };
  }

  /** Posts a collection. */
  async post(path: string, items: unknown, sending: Sending = {}): Promise<Answered> {
    return this.send(path, { ...sending, body: JSON.stringify(items) });
  }

  async close(): Promise<void> {
    await this.#server.close(2000);
  }
}

/** Adds the client to a store. */
export async function addClient(store: Store): Promise<void> {
  const { clientId, secret } = CLIENT;
  const sealed = sealSecret([], clientId, secret);
  await store.addCredential(
    aCredential({ client_id: clientId, secret: sealed, projects: ["try", "mozilla-*"] }),
  );
}
