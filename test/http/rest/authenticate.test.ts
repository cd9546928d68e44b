import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openKeyring } from "../../../src/credentials/keyring.ts";
import { sealSecret, toCredentialKey } from "../../../src/credentials/sealed-secret.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { macOf, signedText } from "../../../src/http/hawk/signed-text.ts";
import {
  type Authentication,
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type SignedRequest,
} from "../../../src/http/rest/authenticate.ts";
import type { Credential } from "../../../src/store/ports/credential-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { aCredential } from "../../examples.ts";
import { until } from "../../until.ts";
import { BODY, CONTENT_TYPE, hashOf, type Signing, signRequest } from "./sign-request.ts";

const FAILED = "Hawk authentication failed";
const EXPIRED = "Hawk authentication failed: The token has expired. Is your system clock correct?";
const MALFORMED = "Hawk authentication failed: The request header was malformed";
const SECRET = "00000000-0000-4000-8000-000000000001";

const folder = mkdtempSync(join(tmpdir(), "authenticate-"));
let store: Store;
/** The same database, as another worker opens it. */
let otherStore: Store;
let nowMs = Date.parse("2026-01-05T10:00:00.500Z");
let events: string[] = [];
const note = (event: string) => void events.push(event);
const log = { error: note, warn: note, info: note, debug: note };

beforeAll(async () => {
  store = await openSqliteStore(folder, 30);
  otherStore = await openSqliteStore(folder, 30);
});
afterAll(async () => {
  await Promise.all([store.close(), otherStore.close()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  events = [];
});

const now = () => nowMs;
const seconds = () => Math.floor(nowMs / 1000);

/** Returns the authenticator of a worker. */
function aWorker(on: Store = store, options: Partial<AuthenticatorOptions> = {}): Authenticator {
  const keyring = openKeyring(undefined, now, log);
  const limits = { jobs: 0, resultset: 0 };
  return createAuthenticator({ credentials: on, nonces: on, keyring, limits, now, log, ...options });
}

let clients = 0;
/** Adds a client, and returns a function that signs for it. */
async function aClient(overrides: Partial<Credential> = {}): Promise<Signing> {
  const id = `client-${clients++}`;
  await store.addCredential(aCredential({ client_id: id, secret: `clear:${SECRET}`, ...overrides }));
  return { id, secret: SECRET, ts: seconds() };
}

/** Fails unless the request was accepted. */
function accepted(authentication: Authentication): Extract<Authentication, { kind: "client" }> {
  if (authentication.kind !== "client") throw new Error(JSON.stringify(authentication));
  return authentication;
}

const refused = (detail: string) => ({ kind: "refused", detail });
const kindOf = async (answer: Promise<Authentication>) => (await answer).kind;

describe("a signed request", () => {
  it("is accepted with its body, and its answer is signed", async () => {
    const request = signRequest(await aClient());
    const client = accepted(await aWorker().authenticate(request));
    expect(client.clientId).toBe(`client-${clients - 1}`);
    const payload = client.payload(`${CONTENT_TYPE}; charset=utf-8`);
    payload.update(Buffer.from(BODY.slice(0, 3)));
    payload.update(Buffer.from(BODY.slice(3)));
    expect(payload.matches()).toBe(true);

    const [, ts = "", nonce = ""] = /ts="(\d+)", nonce="(\w+)"/.exec(request.authorization ?? "") ?? [];
    const { method, target, host, port } = request;
    const hash = hashOf("{}");
    const parts = { ts, nonce, method, target, host, port, hash, ext: null, app: null, dlg: null };
    expect(client.serverAuthorization(CONTENT_TYPE, Buffer.from("{}"))).toBe(
      `Hawk mac="${macOf(SECRET, signedText("response", parts))}", hash="${hash}"`,
    );
  });

  it("is accepted with data of the application", async () => {
    const request = signRequest({ ...(await aClient()), ext: "a, b", app: "a", dlg: "d" });
    expect(await kindOf(aWorker().authenticate(request))).toBe("client");
  });

  it.each(["[2001:db8::1]", "2001:db8::1"])("may sign an IPv6 address as %s", async (host) => {
    const request = { ...signRequest({ ...(await aClient()), host }), host: "[2001:db8::1]" };
    const client = accepted(await aWorker().authenticate(request));
    const [, ts = "", nonce = ""] = /ts="(\d+)", nonce="(\w+)"/.exec(request.authorization ?? "") ?? [];
    const { method, target, port } = request;
    const hash = hashOf("{}");
    const parts = { ts, nonce, method, target, host, port, hash, ext: null, app: null, dlg: null };
    expect(client.serverAuthorization(CONTENT_TYPE, Buffer.from("{}"))).toContain(
      macOf(SECRET, signedText("response", parts)),
    );
  });

  const altered: readonly (readonly [string, (request: SignedRequest) => SignedRequest])[] = [
    ["method", (request) => ({ ...request, method: "PUT" })],
    ["path", (request) => ({ ...request, target: "/api/project/other/jobs/?x=1" })],
    ["query", (request) => ({ ...request, target: "/api/project/try/jobs/?x=2" })],
    ["host", (request) => ({ ...request, host: "other.example.org" })],
    ["port", (request) => ({ ...request, port: 80 })],
    ...["nonce", "mac", "hash", "ext"].map((name) => {
      const alter = ({ authorization = "", ...rest }: SignedRequest): SignedRequest => ({
        ...rest,
        authorization: authorization.replace(new RegExp(`( ${name}=".)`), "$1x"),
      });
      return [`${name} in its header`, alter] as const;
    }),
  ];
  it.each(altered)("with another %s is refused", async (_part, alter) => {
    const request = signRequest({ ...(await aClient()), ext: "e" });
    expect(alter(request)).not.toEqual(request);
    const worker = aWorker();
    expect(await worker.authenticate(alter(request))).toEqual(refused(FAILED));
    // The attempt has not used up the nonce.
    expect(await kindOf(worker.authenticate(request))).toBe("client");
  });

  it.each([
    ["body", CONTENT_TYPE, "[]"],
    ["type", "text/plain", BODY],
    ["type, which is missing,", undefined, BODY],
  ])("with another %s does not match", async (_part, contentType, body) => {
    const client = accepted(await aWorker().authenticate(signRequest(await aClient())));
    const payload = client.payload(contentType);
    payload.update(Buffer.from(body));
    expect(payload.matches()).toBe(false);
  });

  it("with the wrong secret is refused", async () => {
    const request = signRequest({ ...(await aClient()), secret: "wrong" });
    expect(await aWorker().authenticate(request)).toEqual(refused(FAILED));
  });

  it("may leave out the hash only if it has no body", async () => {
    const signing = await aClient();
    const worker = aWorker();
    const withBody = { ...signRequest({ ...signing, body: null }), hasBody: true };
    expect(await worker.authenticate(withBody)).toEqual(refused(FAILED));
    const read = accepted(await worker.authenticate(signRequest({ ...signing, method: "GET", body: null })));
    const payload = read.payload(undefined);
    expect(payload.matches()).toBe(true);
    payload.update(Buffer.from("x"));
    expect(payload.matches()).toBe(false);
  });

  it("may write only to the projects of its client", async () => {
    const everywhere = accepted(await aWorker().authenticate(signRequest(await aClient())));
    expect(["try", "x"].filter(everywhere.mayWriteTo)).toEqual(["try", "x"]);
    const limited = await aClient({ projects: ["try", "comm-*"] });
    const { mayWriteTo } = accepted(await aWorker().authenticate(signRequest(limited)));
    const projects = ["try", "try-x", "comm-", "comm-central", "xcomm-central"];
    expect(projects.filter(mayWriteTo)).toEqual(["try", "comm-", "comm-central"]);
  });
});

describe("a request without a valid header", () => {
  const place = { method: "POST", target: "/", host: "h", port: 80, group: null, hasBody: false };

  it.each([undefined, "", "Basic YTpi"])(
    "(%j) is anonymous, or is refused if it needs credentials",
    async (authorization) => {
      const worker = aWorker();
      expect(await worker.authenticate({ ...place, authorization, required: true })).toEqual(
        refused("Authentication credentials were not provided."),
      );
      expect(await worker.authenticate({ ...place, authorization, required: false })).toEqual({
        kind: "anonymous",
      });
    },
  );

  it("is refused as malformed, even if it needs no credentials", async () => {
    const request = { ...place, authorization: 'Hawk id="a"', required: false };
    expect(await aWorker().authenticate(request)).toEqual(refused(MALFORMED));
  });

  it.each(["nobody", "not an id!", "x".repeat(33)])(
    "for the unknown id %s is refused, and the error names the id",
    async (id) => {
      const request = signRequest({ id, secret: SECRET, ts: seconds() });
      expect(await aWorker().authenticate(request)).toEqual(
        refused(`No authentication credentials found with id ${id}`),
      );
    },
  );

  it("for a revoked id is refused like one for an unknown id", async () => {
    const signing = await aClient({ authorized: false });
    expect(await aWorker().authenticate(signRequest(signing))).toEqual(
      refused(`No authentication credentials found with id ${signing.id}`),
    );
  });
});

describe("the time of a request", () => {
  it.each([-60, -59, 0, 59, 60])("may be %i seconds off", async (offset) => {
    const signing = await aClient();
    expect(await kindOf(aWorker().authenticate(signRequest({ ...signing, ts: seconds() + offset })))).toBe(
      "client",
    );
  });

  it.each([-100_000, -62, -61, 61, 62, seconds() * 999])("may not be %i seconds off", async (offset) => {
    const signing = await aClient();
    const request = signRequest({ ...signing, ts: seconds() + offset });
    expect(await aWorker().authenticate(request)).toEqual(refused(EXPIRED));
  });

  it("is checked after the MAC and the nonce", async () => {
    const signing = await aClient();
    const worker = aWorker();
    const forged = signRequest({ ...signing, secret: "wrong", ts: seconds() - 100 });
    expect(await worker.authenticate(forged)).toEqual(refused(FAILED));
    const request = signRequest(signing);
    expect(await kindOf(worker.authenticate(request))).toBe("client");
    nowMs += 61_000;
    expect(await worker.authenticate(request)).toEqual(refused(FAILED));
    nowMs += 1000;
    expect(await worker.authenticate(request)).toEqual(refused(EXPIRED));
  });
});

describe("a replayed request", () => {
  it("is refused by the same worker, by another one and after a restart", async () => {
    const signing = await aClient();
    // The time is ahead of the server's, so the request stays valid for two minutes.
    const request = signRequest({ ...signing, ts: seconds() + 60 });
    const worker = aWorker();
    expect(await kindOf(worker.authenticate(request))).toBe("client");
    expect(await worker.authenticate(request)).toEqual(refused(FAILED));
    expect(await aWorker(otherStore).authenticate(request)).toEqual(refused(FAILED));
    nowMs += 119_000;
    const restarted = await openSqliteStore(folder, 30);
    expect(await aWorker(restarted).authenticate(request)).toEqual(refused(FAILED));
    await restarted.close();
  });

  it("is accepted by only one of two workers that get it at the same time", async () => {
    const request = signRequest(await aClient());
    const workers = [aWorker(), aWorker(otherStore)];
    const answers = await Promise.all(workers.map((worker) => kindOf(worker.authenticate(request))));
    expect(answers.toSorted()).toEqual(["client", "refused"]);
  });

  it("with the nonce of another client is accepted", async () => {
    const worker = aWorker();
    const signings = [await aClient(), await aClient()];
    for (const signing of signings) {
      const request = signRequest({ ...signing, nonce: "same" });
      expect(await kindOf(worker.authenticate(request))).toBe("client");
    }
  });
});

describe("a rate limit", () => {
  const limits = { jobs: 2, resultset: 1 };
  const jobs = (signing: Signing): SignedRequest => ({ ...signRequest(signing), group: "jobs" });

  it("applies to each client and endpoint, over all workers, and says when to try again", async () => {
    const signing = await aClient();
    const workers = [aWorker(store, { limits }), aWorker(otherStore, { limits })] as const;
    expect(await kindOf(workers[0].authenticate(jobs(signing)))).toBe("client");
    nowMs += 15_500;
    const later = { ...signing, ts: seconds() };
    expect(await kindOf(workers[1].authenticate(jobs(later)))).toBe("client");
    for (const worker of workers) {
      expect(await worker.authenticate(jobs(later))).toMatchObject({
        kind: "throttled",
        retryAfterSeconds: 44.5,
      });
    }
    expect(await kindOf(workers[0].authenticate({ ...jobs(later), group: "resultset" }))).toBe("client");
    expect(await kindOf(workers[1].authenticate({ ...jobs(later), group: "resultset" }))).toBe("throttled");
    expect(await kindOf(workers[0].authenticate({ ...jobs(later), group: null }))).toBe("client");
    expect(await kindOf(workers[0].authenticate(jobs(await aClient())))).toBe("client");
    nowMs += 44_500;
    expect(await kindOf(workers[0].authenticate(jobs({ ...signing, ts: seconds() })))).toBe("client");
    expect(await kindOf(workers[1].authenticate(jobs({ ...signing, ts: seconds() })))).toBe("throttled");
  });

  it("does not count requests that are refused", async () => {
    const signing = await aClient();
    const worker = aWorker(store, { limits });
    for (let time = 0; time < 3; time++) {
      await worker.authenticate(jobs({ ...signing, secret: "wrong" }));
      await worker.authenticate(jobs({ ...signing, ts: seconds() - 61 }));
      const forged = accepted(await worker.authenticate(jobs(signing))).payload(CONTENT_TYPE);
      expect(forged.matches()).toBe(false);
    }
    expect(await kindOf(worker.authenticate(jobs(signing)))).toBe("client");
    expect(await kindOf(worker.authenticate(jobs(signing)))).toBe("client");
    const throttled = await worker.authenticate(jobs(signing));
    // The server can still check that the body is the one that was signed: a forged one is refused and not throttled.
    const payload = throttled.kind === "throttled" ? throttled.payload(CONTENT_TYPE) : null;
    payload?.update(Buffer.from(BODY));
    expect(payload?.matches()).toBe(true);
  });

  it("of 0 means no limit", async () => {
    const signing = await aClient();
    const worker = aWorker();
    for (let time = 0; time < 5; time++) {
      expect(await kindOf(worker.authenticate(jobs(signing)))).toBe("client");
    }
  });
});

describe("a change of a credential", () => {
  it("takes effect within three seconds, in every worker", async () => {
    const signing = await aClient();
    const worker = aWorker(otherStore);
    const ask = (secret = SECRET) => kindOf(worker.authenticate(signRequest({ ...signing, secret })));
    expect(await ask()).toBe("client");
    await store.revokeCredential(signing.id);
    nowMs += 3000;
    expect(await ask()).toBe("refused");
    await store.rotateCredential(signing.id, "clear:new");
    nowMs += 3000;
    expect([await ask(), await ask("new")]).toEqual(["refused", "client"]);
  });

  it("causes one look-up for simultaneous requests, also for an unknown id", async () => {
    let asked = 0;
    const credentials = {
      ...{ noteCredentialUse: store.noteCredentialUse },
      findCredential(id: string) {
        asked++;
        return store.findCredential(id);
      },
    };
    const worker = aWorker(store, { credentials });
    const signing = { id: "unknown", secret: SECRET, ts: seconds() };
    const ask = () => kindOf(worker.authenticate(signRequest(signing)));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["refused", "refused", "refused"]);
    await ask();
    expect(asked).toBe(1);
  });

  it("leads to recording the use, once a minute and without delay", async () => {
    const signing = await aClient();
    const worker = aWorker();
    const startMs = nowMs;
    for (const laterMs of [0, 30_000, 59_999]) {
      nowMs = startMs + laterMs;
      await worker.authenticate(signRequest({ ...signing, ts: seconds() }));
    }
    const usedAt = async () => (await store.findCredential(signing.id))?.last_used_at;
    await until(async () => (await usedAt()) === new Date(startMs).toISOString());
    nowMs = startMs + 60_000;
    await worker.authenticate(signRequest({ ...signing, ts: seconds() }));
    await until(async () => (await usedAt()) === new Date(nowMs).toISOString());
    expect(await store.findCredential(signing.id)).toMatchObject({
      last_used_from: "/api/project/try/jobs/",
    });
  });
});

describe("an unavailable store", () => {
  const gone = async () => {
    throw new Unavailable("store", "connection refused");
  };

  it("causes requests to be neither accepted nor refused", async () => {
    const request = signRequest(await aClient());
    const credentials = { findCredential: gone, noteCredentialUse: gone };
    await expect(aWorker(store, { credentials }).authenticate(request)).rejects.toThrow(Unavailable);
    const nonces = { useNonce: gone, uncountNonce: gone };
    await expect(aWorker(store, { nonces }).authenticate(request)).rejects.toThrow(Unavailable);
    // No nonce of these requests is remembered.
    expect(await kindOf(aWorker().authenticate(request))).toBe("client");
  });

  it("does not make a request fail because its use cannot be recorded", async () => {
    const credentials = { findCredential: store.findCredential, noteCredentialUse: gone };
    const nonces = { useNonce: store.useNonce, uncountNonce: gone };
    const worker = aWorker(store, { credentials, nonces });
    const client = accepted(await worker.authenticate(signRequest(await aClient())));
    expect(client.payload(CONTENT_TYPE).matches()).toBe(false);
    await until(async () => events.length === 2);
    expect(events).toEqual(["credential_use_not_noted", "nonce_still_counted"]);
  });
});

it("a secret that needs another key is the operator's error, and the client may try again", async () => {
  const key = toCredentialKey(Buffer.alloc(32, 1));
  const signing = await aClient();
  await store.rotateCredential(signing.id, sealSecret([key], signing.id, SECRET));
  const worker = aWorker();
  for (let time = 0; time < 3; time++) {
    await expect(worker.authenticate(signRequest(signing))).rejects.toThrow(Unavailable);
  }
  expect(events).toEqual(["credential_unreadable", "credential_unreadable"]);
});
