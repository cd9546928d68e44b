import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod";
import type { RestOptions } from "../../../src/worker/start-rest.ts";
import { aCredential, itemRules } from "../../examples.ts";
import { IngestStory } from "../../ingest/an-ingest.ts";
import { until } from "../../until.ts";
import { RestServer } from "./a-rest-server.ts";
import {
  aNewJob,
  answersOn,
  CLIENT,
  dial,
  headBytes,
  type RawAnswer,
  type RawRequest,
  SECRET,
  type Signing,
  send,
  sendBytes,
  signed,
  toBytes,
  withHeaders,
} from "./raw-request.ts";

jest.setTimeout(180_000);

const FAILED = "Hawk authentication failed";
const MALFORMED = "Hawk authentication failed: The request header was malformed";
const EXPIRED = "Hawk authentication failed: The token has expired. Is your system clock correct?";
const NOT_PROVIDED = "Authentication credentials were not provided.";

let story: IngestStory;
const servers: RestServer[] = [];
/** The listener that most tests use. */
let server: URL;
/** Another worker's listener on the same store, with low limits. */
let narrow: URL;
/** One more, on which a request may take a second to arrive. */
let hasty: URL;
const MAX_BYTES = 100_000;

/** Starts a listener, as one of several workers on the store does. */
async function listen(options: Partial<RestOptions> = {}): Promise<URL> {
  const limits = { maxBodyBytes: 16 * 1024 ** 2, maxBodiesBytes: 64 * 1024 ** 2, maxItems: 20_000 };
  const started = await RestServer.start(story.real, story.submit, { ...limits, ...options });
  servers.push(started);
  return new URL(started.url);
}

async function storedJobs(): Promise<number> {
  return (await story.real.countDocuments())["jobs"] ?? 0;
}

beforeAll(async () => {
  story = await IngestStory.begin();
  story.start({ batch: { maxItems: 100, maxBytes: 1e7, waitMs: 1 }, spoolAfterMs: 5000 });
  await story.real.addCredential(aCredential({ client_id: CLIENT, secret: `clear:${SECRET}` }));
  server = await listen();
  // All bodies together may be little longer than the longest one.
  narrow = await listen({ maxBodyBytes: MAX_BYTES, maxBodiesBytes: MAX_BYTES + 1000 });
  hasty = await listen({ requestMs: 1000 });
});
afterAll(async () => {
  // No attack has triggered a bug, and none has left anything behind that locks out good clients.
  const events = servers.flatMap((each) => each.events.map(([event]) => event));
  expect(events.filter((event) => event === "bug")).toEqual([]);
  expect(story.events.filter((event) => event === "bug")).toEqual([]);
  expect(await send(server, signed(server))).toMatchObject({ status: 200 });
  await Promise.all(servers.map((each) => each.close()));
  await story.end();
});

const details = z.object({ detail: z.string() });
const detailOf = ({ body }: RawAnswer): string => details.parse(body).detail;
const statusAndDetail = (answer: RawAnswer) => [answer.status, detailOf(answer)];
const statuses = (answers: readonly RawAnswer[]): number[] => answers.map(({ status }) => status);

describe("a forged request is refused, and stores nothing", () => {
  const forgeries: readonly (readonly [string, (request: RawRequest) => RawRequest])[] = [
    ["another method", (request) => ({ ...request, method: "PUT" })],
    ["another path", (request) => ({ ...request, target: "/api/project/other/jobs/" })],
    ["another endpoint", (request) => ({ ...request, target: "/api/project/try/artifact/" })],
    ["another query", (request) => ({ ...request, target: `${request.target}?x=1` })],
    ["an encoded path", (request) => ({ ...request, target: "/api/project/%74ry/jobs/" })],
    ["another host", (request) => withHeaders(request, { Host: `localhost:${server.port}` })],
    ["another port", (request) => withHeaders(request, { Host: "127.0.0.1:1" })],
    ["no host", (request) => ({ ...withHeaders(request, { Host: undefined }), version: "1.0" })],
    [
      "a forwarded host that nobody trusts",
      (request) => withHeaders(request, { Host: "evil.example", "X-Forwarded-Host": server.host }),
    ],
    ["another type", (request) => withHeaders(request, { "Content-Type": "text/plain" })],
    ["no type", (request) => withHeaders(request, { "Content-Type": undefined })],
    ["another body", (request) => ({ ...request, body: Buffer.from(JSON.stringify([aNewJob()])) })],
    ["a space after the body", (request) => ({ ...request, body: Buffer.from(`${request.body} `) })],
    ["a shorter body", (request) => ({ ...request, body: request.body.subarray(1) })],
    ["no body", (request) => ({ ...request, body: Buffer.alloc(0) })],
    ["no hash of the body", (request) => edited(request, / hash="[^"]*",/, "")],
    ["the hash of another body", (request) => edited(request, / hash="./, ' hash="x')],
    ["another time", (request) => edited(request, / ts="(\d+)\d"/, ' ts="$10"')],
    ["another nonce", (request) => edited(request, / nonce="/, ' nonce="x')],
    ["data that was not signed", (request) => edited(request, / mac=/, ' ext="x", mac=')],
    ["an application that did not sign", (request) => edited(request, / mac=/, ' app="x", mac=')],
  ];

  function edited(request: RawRequest, part: RegExp, to: string): RawRequest {
    const before = request.headers["Authorization"] ?? "";
    const after = before.replace(part, to);
    // The last digit of the time may already have been the new one.
    return withHeaders(request, {
      Authorization: after === before ? after.replace('0", nonce', '1", nonce') : after,
    });
  }

  it.each(forgeries)("%s", async (_what, forge) => {
    const before = await storedJobs();
    expect(statusAndDetail(await send(server, forge(signed(server))))).toEqual([403, FAILED]);
    expect(await storedJobs()).toBe(before);
  });

  it("a wrong secret, also that of another client", async () => {
    await story.real.addCredential(aCredential({ client_id: "other", secret: "clear:other-secret" }));
    for (const secret of ["", "wrong", "other-secret", `clear:${SECRET}`]) {
      expect(statusAndDetail(await send(server, signed(server, { secret })))).toEqual([403, FAILED]);
    }
  });

  it("an id that is unknown, not an id at all, or revoked", async () => {
    await story.real.addCredential(
      aCredential({ client_id: "gone", secret: `clear:${SECRET}`, authorized: false }),
    );
    for (const id of ["nobody", "gone", "__proto__", "constructor", "x".repeat(2000), "' OR 1=1 --", "$ne"]) {
      expect(statusAndDetail(await send(server, signed(server, { id })))).toEqual([
        403,
        `No authentication credentials found with id ${id}`,
      ]);
    }
  });

  it("another project, however its path is written", async () => {
    await story.real.addCredential(
      aCredential({ client_id: "narrow", secret: `clear:${SECRET}`, projects: ["try"] }),
    );
    for (const target of [
      "/api/project/other/jobs/",
      "/api/project/%6fther/jobs/",
      "/api/project/tryother/resultset/",
    ]) {
      expect(statusAndDetail(await send(server, signed(server, { id: "narrow", target })))).toEqual([
        403,
        "You do not have permission to perform this action.",
      ]);
    }
    expect(
      await send(server, signed(server, { id: "narrow", target: "/api/project/%74ry/jobs/" })),
    ).toMatchObject({
      status: 200,
    });
  });
});

describe("the time and the nonce of a request", () => {
  // The exact limit of 60 s is tested with a clock that stands still.
  it.each([-40, 40])("%i s from now: accepted", async (offset) => {
    expect(await send(server, signed(server, { offset }))).toMatchObject({ status: 200 });
  });

  it.each([-80, 80])("%i s from now: refused", async (offset) => {
    expect(statusAndDetail(await send(server, signed(server, { offset })))).toEqual([403, EXPIRED]);
  });

  it("the same request again is refused: by the same worker, by another one, and after a restart", async () => {
    const another = await listen();
    // Through a proxy, all workers have one address.
    const toAnother = { trustedProxies: ["127.0.0.1"] };
    const behindProxy = [await listen(toAnother), await listen(toAnother)] as const;
    const request = withHeaders(signed(server, { offset: 50 }), { "X-Forwarded-Host": server.host });
    expect(await send(behindProxy[0], request)).toMatchObject({ status: 200 });
    const before = await storedJobs();
    for (const url of [server, behindProxy[0], behindProxy[1]]) {
      expect(statusAndDetail(await send(url, request))).toEqual([403, FAILED]);
    }
    // A worker that is not behind the proxy does not even accept the address to which the request was sent.
    expect(statusAndDetail(await send(another, request))).toEqual([403, FAILED]);
    const restarted = await listen(toAnother);
    expect(statusAndDetail(await send(restarted, request))).toEqual([403, FAILED]);
    expect(await storedJobs()).toBe(before);
  });

  it("the same request, sent 20 times at the same time, is accepted once", async () => {
    const before = await storedJobs();
    const request = signed(server);
    const all = await Promise.all(Array.from({ length: 20 }, () => send(server, request)));
    expect(statuses(all).toSorted()).toEqual([200, ...Array(19).fill(403)]);
    expect(await storedJobs()).toBe(before + 1);
  });

  it("a forged copy does not use up the nonce of the request", async () => {
    const request = signed(server);
    await send(server, { ...request, method: "PUT" });
    expect(await send(server, request)).toMatchObject({ status: 200 });
  });
});

describe("the Authorization header", () => {
  const change = (edit: (value: string) => string) => (request: RawRequest) =>
    withHeaders(request, { Authorization: edit(request.headers["Authorization"] ?? "") });

  const accepted: readonly (readonly [string, Signing, (request: RawRequest) => RawRequest])[] = [
    [
      "many spaces",
      {},
      change((value) => value.replaceAll(", ", "    ,      ").replace("Hawk ", "Hawk       ")),
    ],
    ["no spaces", {}, change((value) => value.replaceAll(", ", ","))],
    ["tabs", {}, change((value) => value.replaceAll(", ", ",\t"))],
    ["another order", {}, change((value) => `Hawk ${value.slice(5).split(", ").toReversed().join(", ")}`)],
    ["the scheme in capitals", {}, change((value) => value.replace("Hawk", "HAWK"))],
    [
      "commas and equals signs in quotes",
      { nonce: "a, b=c,d", ext: ' id=x, ts=1, mac="'.replace('"', "'") },
      (same) => same,
    ],
  ];
  it.each(accepted)("is read with %s", async (_what, signing, edit) => {
    expect(await send(server, edit(signed(server, signing)))).toMatchObject({ status: 200 });
  });

  const malformed: readonly (readonly [string, (value: string) => string])[] = [
    ["a repeated attribute", (value) => `${value}, nonce="again"`],
    ["the same attribute twice", (value) => value.replace(/( id="[^"]*",)/, "$1$1")],
    ["an unknown attribute", (value) => `${value}, x="y"`],
    ["an attribute of every object", (value) => `${value}, __proto__="y"`],
    ["a capital letter in a name", (value) => value.replace(" id=", " ID=")],
    ["no quotes", (value) => value.replaceAll('"', "")],
    ["single quotes", (value) => value.replaceAll('"', "'")],
    ["a quote that does not end", (value) => value.slice(0, -1)],
    ["an escaped quote", (value) => value.replace('nonce="', 'nonce="\\"')],
    ["no comma", (value) => value.replaceAll(", ", " ")],
    ["two commas", (value) => value.replaceAll(", ", ",, ")],
    ["a space before an equals sign", (value) => value.replaceAll("=", " =")],
    ["an empty value", (value) => value.replace(/nonce="[^"]*"/, 'nonce=""')],
    ["no value", (value) => value.replace(/nonce="[^"]*"/, "nonce")],
    ...["id", "ts", "nonce", "mac"].map(
      (name) =>
        [`no ${name}`, (value: string) => value.replace(new RegExp(` ${name}="[^"]*",?`), "")] as const,
    ),
    ...["x", "1.5", "-1", "1e9", "0x10", " 1", "\u00b9"].map(
      (ts) =>
        [
          `the time ${JSON.stringify(ts)}`,
          (value: string) => value.replace(/ts="\d+"/, `ts="${ts}"`),
        ] as const,
    ),
    ["nothing but the scheme", () => "Hawk"],
    ["a tab in a value", (value) => value.replace('nonce="', 'nonce="\t')],
    ["a letter with an accent", (value) => value.replace('id="', 'id="\u00e9')],
    ["5,000 letters", (value) => value.replace('nonce="', `nonce="${"n".repeat(5000)}`)],
    ["5,000 commas", () => `Hawk ${",".repeat(5000)}`],
    ["1,000 short attributes", () => `Hawk ${'a="b",'.repeat(600)}`],
  ];
  it.each(malformed)("is malformed with %s", async (_what, edit) => {
    expect(statusAndDetail(await send(server, change(edit)(signed(server))))).toEqual([403, MALFORMED]);
  });

  it.each([
    ["nothing", ""],
    ["a scheme alone", "Hawk"],
    ["a name and a password", "Basic YTpi"],
    ["another scheme", 'Hawkish id="x"'],
    ["5,000 letters", "x".repeat(5000)],
  ])("of %s is refused", async (_what, value) => {
    const answer = await send(server, withHeaders(signed(server), { Authorization: value }));
    expect(statusAndDetail(answer)).toEqual([403, value === "Hawk" ? MALFORMED : NOT_PROVIDED]);
  });

  it("counts once: a second one is ignored", async () => {
    const good = signed(server);
    const second = withHeaders(signed(server, { secret: "wrong" }), {}).headers["Authorization"] ?? "";
    const first = good.headers["Authorization"] ?? "";
    const both = (one: string, two: string) =>
      toBytes({ ...good, headers: { ...good.headers, Authorization: `${one}\r\nAuthorization: ${two}` } });
    expect(statuses(await sendBytes(server, both(second, first)))).toEqual([403]);
    expect(statuses(await sendBytes(server, both(first, second)))).toEqual([200]);
  });

  it.each([
    ["a control character", "\u0001", 400],
    ["a NUL", "\0", 400],
    ["a line feed", "\n", 400],
    ["8 KiB of headers", "n".repeat(9000), 431],
  ])("with %s is not valid HTTP", async (_what, text, status) => {
    const answer = await send(
      server,
      change((value) => value.replace('nonce="', `nonce="${text}`))(signed(server)),
    );
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ detail: expect.any(String) });
  });
});

describe("a path", () => {
  it.each([
    ...["/api/project/try%2Fjobs/", "/api/project/try%2fother/jobs/", "/api%2Fproject/try/jobs/"],
    ...[
      "/api/project/../jobs/",
      "/api/project/%2e%2e/jobs/",
      "/api/project/try/x/../jobs/",
      "/api/project/try/./jobs/",
    ],
    ...[
      "//api/project/try/jobs/",
      "/api//project/try/jobs/",
      "/api/project/try/jobs//",
      "/api/project//jobs/",
    ],
    ...[
      "/api/project/try/jobs",
      "/api/project/try/JOBS/",
      "/api/project/try/jobs/;x",
      "/api/project/try%00/jobs/",
    ],
    ...[`/api/project/${"x".repeat(51)}/jobs/`, "/api/project/a%20b/jobs/"],
    ...[
      "/api/project/try/jobs/1/",
      "/api/project/try/jobs/%2Fupdate_state/",
      "/api/project/__proto__/x/",
      "*",
    ],
  ])("%s does not exist", async (target) => {
    const before = await storedJobs();
    const answer = await send(server, signed(server, { target }));
    expect([answer.status, answer.body]).toEqual([404, { detail: expect.any(String) }]);
    expect(await storedJobs()).toBe(before);
  });

  it.each(["/api/project/%zz/jobs/", "/api/project/%ff/jobs/", "/api/project/tr\u00e9/jobs/"])(
    "%s cannot be decoded",
    async (target) => {
      const answer = await send(server, signed(server, { target }));
      expect([answer.status, answer.body]).toEqual([400, { detail: expect.any(String) }]);
    },
  );

  it("may have the name of an inherited object member", async () => {
    for (const project of ["__proto__", "constructor", "toString"]) {
      const answer = await send(server, signed(server, { target: `/api/project/${project}/jobs/` }));
      expect(answer).toMatchObject({ status: 200, body: { results: [{ outcome: "stored" }] } });
    }
  });

  it("may be sent as a whole URL, and then the URL's host counts", async () => {
    const target = "/api/project/try/jobs/";
    const absolute = (host: string, request = signed(server)) => ({
      ...request,
      target: `http://${host}${target}`,
    });
    expect(await send(server, absolute(server.host))).toMatchObject({ status: 200 });
    const other = withHeaders(absolute(server.host), { Host: "elsewhere.example" });
    expect(await send(server, other)).toMatchObject({ status: 200 });
    expect(statusAndDetail(await send(server, absolute("evil.example")))).toEqual([403, FAILED]);
  });

  it("does not let an anonymous client in, however it is written", async () => {
    const target = "/api/project/try/jobs/";
    for (const form of [
      target,
      target.replace("api", "%61pi"),
      `http://${server.host}${target}`,
      "/api/nothing/",
    ]) {
      const request = withHeaders(signed(server, { target: form }), { "User-Agent": "python-requests/2.0" });
      const answer = await send(server, request);
      expect([answer.status, detailOf(answer)]).toEqual([403, expect.stringContaining("User-Agent")]);
    }
  });
});

describe("a content type", () => {
  it.each([
    "text/plain",
    "application",
    "application/",
    "/json",
    "a/b/c",
    ";",
    "application/json, text/html",
    "x".repeat(3000),
  ])("%j is refused", async (type) => {
    const answer = await send(server, signed(server, { type }));
    expect(statusAndDetail(answer)).toEqual([415, `Unsupported media type "${type}" in request.`]);
  });

  it.each(["APPLICATION/JSON", "application/json;charset=utf-8", "application/json ; x=y"])(
    "%j is accepted",
    async (type) => {
      expect(await send(server, signed(server, { type }))).toMatchObject({ status: 200 });
    },
  );

  it("that is compressed is not JSON", async () => {
    const request = withHeaders(signed(server, { body: "\u001f\u008b" }), { "Content-Encoding": "gzip" });
    expect(await send(server, request)).toMatchObject({ status: 400 });
  });
});

describe("a body that is too long", () => {
  const long = Buffer.alloc(MAX_BYTES + 1, " ");

  it("is refused before it is sent, if its length is declared", async () => {
    const answers = await sendBytes(narrow, headBytes(signed(narrow, { body: long })));
    expect(statuses(answers)).toEqual([413]);
  });

  it("is refused when it becomes too long, if its length is not declared", async () => {
    const request = withHeaders(signed(narrow, { body: long }), { "Transfer-Encoding": "chunked" });
    const head = headBytes(request);
    // This body never ends.
    const answers = await sendBytes(narrow, head, `${long.length.toString(16)}\r\n`, long);
    expect(statuses(answers)).toEqual([413]);
  });

  it("is refused for its signature first, if it is not signed, and nothing of it is kept", async () => {
    const unsigned = withHeaders(signed(narrow, { body: long }), { Authorization: undefined });
    for (const length of [MAX_BYTES, MAX_BYTES + 1, 10 ** 15]) {
      const head = headBytes(withHeaders(unsigned, { "Content-Length": String(length) }));
      const [answer, ...more] = await sendBytes(narrow, head);
      expect([answer?.status, more]).toEqual([403, []]);
    }
  });

  it("is not even requested: a client that waits before it sends the body is refused first", async () => {
    const waiting = { Expect: "100-continue" };
    const post = signed(narrow);
    const unsigned = withHeaders(post, { ...waiting, Authorization: undefined });
    expect(statuses(await sendBytes(narrow, headBytes(unsigned)))).toEqual([403]);
    const tooLong = withHeaders(signed(narrow, { body: long }), waiting);
    expect(statuses(await sendBytes(narrow, headBytes(tooLong)))).toEqual([413]);
    const socket = dial(narrow);
    socket.write(headBytes(withHeaders(post, waiting)));
    expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(post.body);
    expect(statuses(await answersOn(socket))).toEqual([200]);
  });

  it("ends the connection if it comes in tiny chunks without a signature", async () => {
    const unsigned = withHeaders(signed(server), {
      ...{ Authorization: undefined, Connection: "keep-alive", "Transfer-Encoding": "chunked" },
    });
    expect(statuses(await sendBytes(server, headBytes(unsigned), "1\r\n \r\n".repeat(10_000)))).toEqual([
      403,
    ]);
  });

  it("leaves room for good clients, even when 16 MiB come 5 times at the same time without a signature", async () => {
    const body = Buffer.alloc(16 * 1024 ** 2, " ");
    const sockets = Array.from({ length: 5 }, () => dial(narrow));
    const endless = toBytes(
      withHeaders(signed(narrow, { body, secret: "wrong" }), { Connection: "keep-alive" }),
    );
    for (const socket of sockets) socket.write(endless);
    const good = signed(narrow, { body: `[${" ".repeat(MAX_BYTES - 2)}]` });
    expect(await send(narrow, good)).toMatchObject({ status: 200 });
    for (const socket of sockets) socket.destroy();
  });

  it("is refused with the time to retry if all bodies together are too long, and frees its room if it is cut off", async () => {
    const body = `[${" ".repeat(MAX_BYTES - 2)}]`;
    const first = dial(narrow);
    const half = toBytes(signed(narrow, { body })).subarray(0, -1);
    first.write(half);
    const second = await until(async () => {
      const answer = await send(narrow, signed(narrow, { body }));
      return answer.status === 503 && answer;
    });
    expect(second.head).toMatch(/^retry-after: \d+\r?$/im);
    first.destroy();
    await until(async () => (await send(narrow, signed(narrow, { body }))).status === 200);
  });

  it("frees its room even if it is cut off as soon as it is complete", async () => {
    const body = `[${" ".repeat(MAX_BYTES - 2)}]`;
    for (let time = 0; time < 20; time++) {
      const socket = dial(narrow);
      socket.write(toBytes(signed(narrow, { body })));
      await once(socket, "connect");
      if (time % 2 === 0) await wait(time);
      socket.resetAndDestroy();
    }
    await until(async () => (await send(narrow, signed(narrow, { body }))).status === 200);
  });
});

describe("a slow client", () => {
  it.each([
    ["its head", (request: RawRequest) => headBytes(request).subarray(0, 50)],
    ["a signed body", (request: RawRequest) => toBytes(request).subarray(0, -1)],
    [
      "a chunk of a signed body",
      (request: RawRequest) =>
        Buffer.concat([
          headBytes(withHeaders(request, { "Transfer-Encoding": "chunked" })),
          Buffer.from("5\r\n["),
        ]),
    ],
  ])("that does not send the end of %s gets an error, and is disconnected", async (_what, part) => {
    expect(statuses(await sendBytes(hasty, part(signed(hasty))))).toEqual([408]);
  });

  it("does not keep others waiting, even on 200 connections that send nothing more; 200 good ones at the same time are all answered", async () => {
    const half = (): Buffer => toBytes(signed(server)).subarray(0, -1);
    const slow = Array.from({ length: 200 }, (_, n) => {
      const socket = dial(server);
      if (n % 2 === 0) socket.write(half());
      return socket;
    });
    await Promise.all(slow.map((socket) => once(socket, "connect")));
    const before = await storedJobs();
    const answers = await Promise.all(Array.from({ length: 200 }, () => send(server, signed(server))));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(await storedJobs()).toBe(before + 200);
    for (const socket of slow) socket.destroy();
  });
});

describe("several requests on one connection", () => {
  const kept = (request: RawRequest): RawRequest => withHeaders(request, { Connection: "keep-alive" });

  it("are answered in order if they are sent together", async () => {
    const requests = [kept(signed(server)), kept(signed(server, { secret: "wrong" })), signed(server)];
    expect(statuses(await sendBytes(server, Buffer.concat(requests.map(toBytes))))).toEqual([200, 403, 200]);
  });

  it.each([
    ["without a signature", (request: RawRequest) => withHeaders(request, { Authorization: undefined }), 403],
    ["that is too long", (request: RawRequest) => ({ ...request, body: Buffer.alloc(2 * MAX_BYTES) }), 413],
    ["for another path", (request: RawRequest) => ({ ...request, target: "/api/nothing/" }), 404],
  ])("work after a body %s, which is not read as a request", async (_what, edit, status) => {
    const inner = toBytes(signed(narrow));
    // The refused body itself contains a signed request.
    const padding = Buffer.alloc(50_000, "\r\n");
    const refused = edit(kept(signed(narrow, { body: Buffer.concat([padding, inner]) })));
    expect(statuses(await sendBytes(narrow, toBytes(refused), toBytes(signed(narrow))))).toEqual([
      status,
      200,
    ]);
  });

  it("end after an HTTP/1.0 request", async () => {
    const request = { ...withHeaders(signed(server), { Connection: undefined }), version: "1.0" };
    expect(statuses(await sendBytes(server, toBytes(request), toBytes(signed(server))))).toEqual([200]);
  });
});

describe("a request that two servers would read differently", () => {
  /** The request that an attacker wants to smuggle in. */
  const hidden = (): string => toBytes(signed(server)).toString("latin1");
  const chunked = (request: RawRequest, coding = "chunked"): Buffer =>
    headBytes(withHeaders(request, { "Transfer-Encoding": coding, Connection: "keep-alive" }));
  const withLength = (length: string): Buffer[] => [
    headBytes(withHeaders(signed(server), { "Content-Length": length, Connection: "keep-alive" })),
    Buffer.from(hidden()),
  ];
  const withHead = (edit: (head: string) => string): Buffer[] => {
    const request = withHeaders(signed(server), { Connection: "keep-alive" });
    return [
      Buffer.from(edit(headBytes(request).toString("latin1")), "latin1"),
      request.body,
      Buffer.from(hidden()),
    ];
  };

  it.each<[string, () => readonly (Buffer | string)[]]>([
    [
      "both lengths and chunks",
      () => [chunked(withHeaders(signed(server), { "Content-Length": "5" })), "0\r\n\r\n", hidden()],
    ],
    ["two lengths", () => withLength("5\r\nContent-Length: 6")],
    ["the same length twice", () => withLength("5\r\nContent-Length: 5")],
    ["a list of lengths", () => withLength("5, 5")],
    ["a length with a sign", () => withLength("+5")],
    ["a negative length", () => withLength("-5")],
    ["a hexadecimal length", () => withLength("0x5")],
    ["a length that is not a number", () => withLength("five")],
    ["a length of 30 digits", () => withLength("9".repeat(30))],
    ["an unknown coding", () => [chunked(signed(server), "xchunked"), "0\r\n\r\n", hidden()]],
    [
      "chunks inside of another coding",
      () => [chunked(signed(server), "chunked, identity"), "0\r\n\r\n", hidden()],
    ],
    ["a chunk of an odd size", () => [chunked(signed(server)), "zz\r\n", hidden()]],
    ["a chunk of a negative size", () => [chunked(signed(server)), "-1\r\n", hidden()]],
    ["a chunk of too large a size", () => [chunked(signed(server)), `${"f".repeat(20)}\r\n`, hidden()]],
    [
      "a chunk that is longer than its size",
      () => [chunked(signed(server)), "1\r\n[]\r\n0\r\n\r\n", hidden()],
    ],
    ["a chunk that ends with a line feed alone", () => [chunked(signed(server)), "2\n[]\n0\n\n", hidden()]],
    ["a space before a colon", () => withHead((head) => head.replace("Content-Length:", "Content-Length :"))],
    [
      "a header line that continues on the next",
      () => withHead((head) => head.replace("Content-Length:", "X: y\r\n Content-Length:")),
    ],
    ["a header without a colon", () => withHead((head) => head.replace("Host:", "odd\r\nHost:"))],
    ["a NUL in a header's name", () => withHead((head) => head.replace("Host:", "a\0b: c\r\nHost:"))],
    ["line feeds alone", () => withHead((head) => head.replaceAll("\r\n", "\n"))],
    ["a carriage return alone", () => withHead((head) => head.replace("Host:", "X: y\rHost:"))],
    ["a request line of four words", () => withHead((head) => head.replace(" HTTP/1.1", " x HTTP/1.1"))],
    ["an unknown version", () => withHead((head) => head.replace("HTTP/1.1", "HTTP/1.9"))],
    ["the beginning of HTTP/2", () => ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", hidden()]],
    ["bytes of TLS", () => [Buffer.from("16030100a5010000a10303", "hex"), hidden()]],
  ])("%s gets one refusal, and the connection is closed", async (_what, pieces) => {
    const before = await storedJobs();
    const answers = await sendBytes(server, Buffer.concat(pieces().map((piece) => Buffer.from(piece))));
    expect(answers).toMatchObject([{ status: 400, body: { detail: expect.any(String) } }]);
    expect(await storedJobs()).toBe(before);
  });

  it("is also refused without a host", async () => {
    expect(await send(server, withHeaders(signed(server), { Host: undefined }))).toMatchObject({
      status: 400,
    });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["its length declared", {}],
    ["its body in chunks of one byte", { "Transfer-Encoding": "chunked" }],
  ])("a request that arrives byte by byte, with %s, is read as it was signed", async (_what, headers) => {
    const request = withHeaders(signed(server), headers);
    const isChunked = Object.keys(headers).length > 0;
    const chunk = (byte: number): string => `1\r\n${String.fromCharCode(byte)}\r\n`;
    const body = isChunked ? `${[...request.body].map(chunk).join("")}0\r\n\r\n` : request.body.toString();
    const socket = dial(server).setNoDelay();
    const answers = answersOn(socket);
    for (const byte of Buffer.concat([headBytes(request), Buffer.from(body)])) {
      socket.write(Buffer.of(byte));
      // The server reads this byte before the next one is sent.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answers).toMatchObject([{ status: 200, body: { results: [{ outcome: "stored" }] } }]);
  });

  it("a body in many small chunks, with extensions and a trailer, is read as it was signed", async () => {
    const request = withHeaders(signed(server), { "Transfer-Encoding": "chunked" });
    const chunks = [...request.body].map((byte) => `1;a=b\r\n${String.fromCharCode(byte)}\r\n`).join("");
    const answers = await sendBytes(server, headBytes(request), `${chunks}0\r\nX-Trailer: y\r\n\r\n`);
    expect(answers).toMatchObject([{ status: 200, body: { results: [{ outcome: "stored" }] } }]);
  });
});

describe("invalid JSON", () => {
  const post = (body: string): Promise<RawAnswer> => send(server, signed(server, { body }));
  const nested = (depth: number, inner = ""): string => `${"[".repeat(depth)}${inner}${"]".repeat(depth)}`;
  const jobText = (members: string): string =>
    JSON.stringify([aNewJob()]).replace('"name":', `${members},"name":`);

  it.each([
    ["nothing", ""],
    ["an object", "{}"],
    ["a number", "1"],
    ["NaN", "[NaN]"],
    ["Infinity", '[{"a":Infinity}]'],
    ["a byte order mark", "\ufeff[]"],
    ["a second value", "[][]"],
    ["a comma at the end", "[{},]"],
    ["a list that does not end", "[".repeat(100_000)],
    ["an object that does not end", '{"a":'.repeat(50_000)],
    ["a text that does not end", `["${"x".repeat(100_000)}`],
    ["a control character in a text", '["\u0001"]'],
    ["single quotes", "['a']"],
    ["a comment", "[/* x */]"],
  ])("%s: the whole body is refused", async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
  });

  it("bytes that are not UTF-8", async () => {
    const body = Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]);
    expect(await send(server, signed(server, { body }))).toMatchObject({ status: 400 });
  });

  it.each([
    ["lists in lists", () => `[${nested(100_000)}]`],
    ["objects in objects", () => `[${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}]`],
    ["a number of 100,000 digits", () => `[${"9".repeat(100_000)}]`],
    ["a text with a lone surrogate", () => '["\\ud800"]'],
    ["50,000 equal names", () => `[{${'"a":1,'.repeat(50_000)}"a":1}]`],
    ["nothing but null", () => "[null]"],
  ])("an item of %s, which is not a job, is rejected", async (_what, body) => {
    expect(await post(body())).toMatchObject({
      status: 400,
      body: { results: [{ index: 0, outcome: "rejected" }] },
    });
  });

  it("deep lists in a job do not affect its neighbours", async () => {
    const deep = jobText(`"odd":${nested(50_000)}`);
    const answer = await post(
      `[${JSON.stringify(aNewJob())},${deep.slice(1, -1)},${JSON.stringify(aNewJob())}]`,
    );
    expect(answer).toMatchObject({
      status: 200,
      body: { results: [{ outcome: "stored" }, { index: 1 }, { outcome: "stored" }] },
    });
  });

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "the name %s changes no object but its own",
    async (name) => {
      const value = '{"polluted":"yes","state":"pending","job_guid":"x","length":1}';
      const member = `"${name}":${value}`;
      const inside = `"option_collection":{"opt":true,${member}},"build_platform":{"platform":"linux",${member}}`;
      const artifact = `"artifacts":[{"name":"a","type":"json","blob":{${member}},${member}}]`;
      const answer = await post(`[{${member},${jobText(`${member},${inside},${artifact}`).slice(2)}`);
      expect(answer).toMatchObject({ status: 200, body: { results: [{ outcome: "stored" }] } });
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
      expect(Reflect.get({}, "polluted")).toBeUndefined();
    },
  );
});

it("of 10,000 jobs, every tenth with a fault of its own, all good ones are stored, and each bad one is named", async () => {
  const long = "x".repeat(1000);
  const faults: readonly ((good: string) => string)[] = [
    () => "null",
    () => "[]",
    () => '"text"',
    () => "1e999",
    () => "{}",
    () => '{"job":{}}',
    () => '{"revision":"a","job":[]}',
    () => '{"revision":"a","job":{"job_guid":""}}',
    () => '{"revision":"a","job":{"job_guid":7}}',
    () => '{"job":{"job_guid":"no revision"}}',
    (good) => good.replace('"revision":"', `"revision":"${long}`),
    (good) => good.replace('"name":"x"', `"name":"${long}"`),
    (good) => good.replace('"name":"x"', '"name":["x"]'),
    (good) => good.replace('"name":"x"', '"tier":-1'),
    (good) => good.replace('"name":"x"', '"machine":null'),
    (good) => good.replace('"name":"x"', '"option_collection":7'),
    (good) => good.replace('"name":"x"', '"build_platform":"linux"'),
    (good) => good.replace('"name":"x"', '"artifacts":{}'),
    (good) => good.replace('"name":"x"', '"log_references":[1]'),
    (good) => good.replace(/"revision":"a+"/, '"revision":"","revision_hash":"nobody\'s"'),
    (good) => good.replace('"name":"x"', `"odd":${"[".repeat(2000)}${"]".repeat(2000)},"name":7`),
  ];
  const items = Array.from({ length: 10_000 }, (_, n) => {
    const good = JSON.stringify(aNewJob());
    const fault = faults[(n / 10) % faults.length];
    return n % 10 === 0 && fault !== undefined ? fault(good) : good;
  });
  const before = await storedJobs();
  const { status, body } = await send(server, signed(server, { body: `[${items.join(",")}]` }));
  expect(status).toBe(200);
  const result = z.object({
    index: z.number(),
    outcome: z.string(),
    errors: z.array(z.object({ message: z.string() })),
  });
  const { results } = z.object({ results: z.array(result) }).parse(body);
  const wrong = results.filter(({ index, outcome, errors }, n) => {
    const isBad = n % 10 === 0;
    return index !== n || outcome !== (isBad ? "rejected" : "stored") || errors.length > 0 !== isBad;
  });
  expect([results.length, wrong]).toEqual([10_000, []]);
  expect(await storedJobs()).toBe(before + 9000);
});

it("an item that is longer than a message may be is rejected alone", async () => {
  const short = await listen({ rules: () => ({ ...itemRules, maxBodyBytes: 2000 }) });
  const items = [aNewJob(), aNewJob({ machine: "m".repeat(3000) }), aNewJob()];
  const { status, body } = await send(short, signed(short, { body: JSON.stringify(items) }));
  expect([status, body]).toMatchObject([
    200,
    {
      results: [
        { outcome: "stored" },
        { index: 1, outcome: "rejected", errors: [{ message: expect.stringContaining("MAX_BODY_BYTES") }] },
        { outcome: "stored" },
      ],
    },
  ]);
});

it("more items than are allowed are refused before any is stored", async () => {
  const few = await listen({ maxItems: 3 });
  const before = await storedJobs();
  const body = JSON.stringify(Array.from({ length: 4 }, () => aNewJob()));
  expect(await send(few, signed(few, { body }))).toMatchObject({
    status: 413,
    body: { detail: expect.any(String) },
  });
  expect(await storedJobs()).toBe(before);
});
