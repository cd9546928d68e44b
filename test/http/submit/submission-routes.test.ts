import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { IngestStory } from "../../ingest/an-ingest.ts";
import { hashOf } from "../rest/sign-request.ts";
import { type Answered, addClient, RestServer, type Sending } from "./a-rest-server.ts";

const JOBS = "/api/project/try/jobs/";
const PUSHES = "/api/project/try/resultset/";
const ARTIFACTS = "/api/project/try/artifact/";

let story: IngestStory;
let server: RestServer;
beforeAll(async () => {
  story = await IngestStory.begin();
  story.start();
  await addClient(story.real);
  server = await RestServer.start(story.real, story.submit);
});
afterAll(async () => {
  await server.close();
  await story.end();
});

let count = 0;
/** Returns an item of a job collection, each with another guid. */
const aJob = (job: object = {}, beside: object = {}): object => ({
  project: "try",
  revision: "a".repeat(40),
  job: { job_guid: `guid-${count++}`, state: "completed", result: "success", ...job },
  ...beside,
});
const aPush = (revision: string, more: object = {}): object => ({
  revision,
  author: "ada@example.org",
  push_timestamp: 1467367200.5,
  revisions: [{ revision, author: "Ada", comment: "Bug 1", repository: "try" }],
  ...more,
});

describe("the checks of a request come in this order (spec/rest-submission.md 1.3)", () => {
  const nameless = { "user-agent": "python-requests/2.9.1" };
  const oldVersion = { accept: "application/json; version=2.0" };
  const cases: [name: string, status: number, path: string, sending: Sending, detail: RegExp][] = [
    ["User-Agent, before the path", 403, "/api/nothing", { headers: nameless }, /User-Agent/],
    ["path: unknown", 404, "/api/nothing/", {}, /nothing/],
    ["path: without its last slash", 404, JOBS.slice(0, -1), { headers: oldVersion }, /nothing/],
    ["path: unsigned", 404, JOBS.slice(0, -1), { signer: null }, /nothing/],
    ["path: a name that no project has", 404, "/api/project/a%20b/jobs/", {}, /nothing/],
    ["path: a project's name of 51 characters", 404, `/api/project/${"p".repeat(51)}/jobs/`, {}, /nothing/],
    ["Accept, before Hawk", 406, JOBS, { headers: oldVersion, signer: null }, /Invalid version/],
    ["Hawk, before the method", 403, JOBS, { method: "PUT", signer: null }, /were not provided/],
    [
      "Hawk: the body's hash, before the method",
      403,
      JOBS,
      { method: "PUT", body: "[]", sentBody: "[1]" },
      /failed$/,
    ],
    [
      "the method, before the type",
      405,
      JOBS,
      { method: "PUT", body: "x", headers: { "content-type": "text/plain" } },
      /method/,
    ],
    [
      "the project, before the type",
      403,
      "/api/project/other/jobs/",
      { body: "x", headers: { "content-type": "text/plain" } },
      /^You do not have permission/,
    ],
    [
      "the type, before the body",
      415,
      JOBS,
      { body: "{", headers: { "content-type": "text/plain" } },
      /text\/plain/,
    ],
    ["the type: none", 415, JOBS, {}, /Unsupported media type/],
    ["the body: not JSON", 400, JOBS, { body: "[{]" }, /^JSON parse error - /],
    ["the body: NaN", 400, JOBS, { body: "[NaN]" }, /^JSON parse error - /],
    ["the body: not UTF-8", 400, JOBS, { body: Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]) }, /UTF-8/],
    [
      "the body: compressed",
      400,
      JOBS,
      { body: gzipSync("[]"), headers: { "content-encoding": "gzip" } },
      /^JSON parse error - .*Content-Encoding is "gzip".*uncompressed$/,
    ],
    ["the body: broken", 400, JOBS, { body: "[", headers: { "content-encoding": "Identity" } }, /early$/],
    ["the body: an object", 400, JOBS, { body: "{}" }, /list/],
    ["the body: an object", 400, PUSHES, { body: "{}" }, /list/],
    ["the body: an object", 400, ARTIFACTS, { body: "{}" }, /list/],
    ["the body: an empty list of result sets", 400, PUSHES, { body: "[]" }, /empty/],
    ["the body: too many items", 413, JOBS, { body: `[${"1,".repeat(1000)}1]` }, /1000/],
    ["the body: too long", 413, JOBS, { body: `["${"x".repeat(1e6)}"]` }, /REST_MAX_BYTES/],
    [
      "Hawk, before the length",
      403,
      JOBS,
      { body: `["${"x".repeat(1e6)}"]`, signer: null },
      /were not provided/,
    ],
  ];
  it.each(cases)("%s: %i", async (_name, status, path, sending, detail) => {
    const answer = await server.send(path, sending);
    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
    expect(answer.headers.get("content-type")).toBe("application/json");
  });

  it("a method that the path does not have is refused, and the answer names the allowed ones", async () => {
    expect((await server.send(JOBS, { method: "DELETE" })).headers.get("allow")).toBe("POST");
  });

  it("an empty list of jobs or artifacts is accepted, and nothing is done", async () => {
    expect(await server.send(JOBS, { body: "[]" })).toMatchObject({
      status: 200,
      body: { message: "Job successfully updated", results: [] },
    });
    expect(await server.send(ARTIFACTS, { body: " [ ] " })).toMatchObject({
      status: 200,
      body: { message: "Artifacts stored successfully", results: [] },
    });
  });
});

describe("jobs", () => {
  it("get one result each, in order; an invalid one does not affect the others", async () => {
    const good = aJob();
    const answer = await server.post(JOBS, [
      good,
      { job: {} },
      "text",
      good,
      aJob({ artifacts: [{ name: "no blob", type: "json" }] }),
    ]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        message: "Job successfully updated",
        results: [
          { index: 0, outcome: "stored", errors: [] },
          {
            index: 1,
            outcome: "rejected",
            errors: [{ pointer: expect.any(String), message: expect.any(String) }],
          },
          { index: 2, outcome: "rejected" },
          { index: 3, outcome: "unchanged", errors: [] },
          {
            index: 4,
            outcome: "stored",
            refused: [{ what: "artifact 0", reason: expect.stringContaining("blob") }],
          },
        ],
      },
    });
  });

  it("are rejected with 400 and the same results if none of them is accepted", async () => {
    expect(await server.post(JOBS, [{ job: {} }])).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("rejected"), results: [{ index: 0, outcome: "rejected" }] },
    });
  });

  it("belong to the project of the path, whatever project they name", async () => {
    const item = aJob({ job_guid: "elsewhere" }, { project: "other" });
    expect(await server.post("/api/project/mozilla-central/jobs/", [item])).toMatchObject({ status: 200 });
    expect(await story.real.findJob("mozilla-central", "elsewhere")).not.toBeNull();
    expect(await story.real.findJob("other", "elsewhere")).toBeNull();
  });

  it("are stored with the client that posted them, and so are their rejections", async () => {
    await server.post(JOBS, [aJob({ job_guid: "whose" }), "rejected"]);
    const origin = { origin: "rest", client_id: "release-bot", endpoint: JOBS };
    expect((await story.real.findJob("try", "whose"))?.job.transitions).toMatchObject([origin]);
    const [rejection] = await story.real.listRejections({ limit: 1, client_id: "release-bot" });
    expect(rejection).toMatchObject({ ...origin, project: "try", payload: { content: '"rejected"' } });
  });
});

describe("result sets", () => {
  it("are answered with a row for each push, new or old, once", async () => {
    const [first, second] = ["b".repeat(40), "c".repeat(12)];
    const row = {
      id: expect.any(Number),
      short_revision: first.slice(0, 12),
      long_revision: first,
      revision_hash: first,
      push_timestamp: 1467367200,
    };
    const created = await server.post(PUSHES, [aPush(first)]);
    expect(created).toMatchObject({
      status: 200,
      body: { message: "well-formed JSON stored", resultsets: [row], results: [{ outcome: "stored" }] },
    });
    const again = await server.post(PUSHES, [aPush(first), aPush(second), { revision: "d".repeat(40) }]);
    expect(again).toMatchObject({
      status: 200,
      body: { results: [{ outcome: "unchanged" }, { outcome: "stored" }, { outcome: "rejected" }] },
    });
    const { resultsets } = again.body as { resultsets: { id: number; short_revision: string }[] };
    expect(resultsets.map(({ short_revision }) => short_revision).toSorted()).toEqual([
      first.slice(0, 12),
      second,
    ]);
  });

  it("are reported if another push has their hash: its row is in the answer, and it is kept", async () => {
    const [kept, other] = ["9".repeat(40), "8".repeat(40)];
    await server.post(PUSHES, [{ ...aPush(kept), revision_hash: "one hash" }]);
    expect(await server.post(PUSHES, [{ ...aPush(other), revision_hash: "one hash" }])).toMatchObject({
      status: 200,
      body: {
        resultsets: [{ long_revision: kept, revision_hash: "one hash" }],
        results: [
          {
            outcome: "unchanged",
            warnings: [{ what: "revision_hash", reason: expect.stringContaining(kept) }],
          },
        ],
      },
    });
    expect(await story.real.findResultSet("try", other)).toBeNull();
  });

  it("complete the skeleton that a job has made", async () => {
    const revision = "e".repeat(40);
    await server.post(JOBS, [aJob({}, { revision })]);
    expect(await story.real.findResultSet("try", revision)).toMatchObject({ push_timestamp: 0 });
    expect(await server.post(PUSHES, [aPush(revision)])).toMatchObject({
      body: { results: [{ outcome: "stored" }] },
    });
    expect(await story.real.findResultSet("try", revision)).toMatchObject({ author: "ada@example.org" });
  });
});

describe("artifacts", () => {
  it("are added to stored jobs; an artifact for an unknown job is rejected", async () => {
    await server.post(JOBS, [aJob({ job_guid: "with-artifacts" })]);
    const artifact = { name: "build log", type: "json", blob: { lines: 1.5 }, job_guid: "with-artifacts" };
    expect(
      await server.post(ARTIFACTS, [artifact, artifact, { ...artifact, job_guid: "nobody" }]),
    ).toMatchObject({
      status: 200,
      body: {
        message: "Artifacts stored successfully",
        results: [
          { outcome: "stored" },
          { outcome: "unchanged" },
          {
            outcome: "rejected",
            errors: [{ pointer: "/job_guid", message: expect.stringContaining("nobody") }],
          },
        ],
      },
    });
    expect(await story.real.findArtifact("try", "with-artifacts", "build log")).toMatchObject({
      blob: '{"lines":1.5}',
    });
  });
});

describe("the state of a job", () => {
  const stateOf = async (guid: string) => (await story.real.findJob("try", guid))?.job.state;
  const update = async (guid: string, body: string, sending: Sending = {}): Promise<Answered> => {
    const id = (await story.real.findJob("try", guid))?.job.rest_id;
    return server.send(`${JOBS}${id}/update_state/`, { ...sending, body });
  };

  it("can be set, but a completed job is not changed", async () => {
    await server.post(JOBS, [aJob({ job_guid: "set", state: "pending" })]);
    expect(await update("set", '{"state": "running"}')).toMatchObject({
      status: 200,
      body: { message: "state updated to 'running'" },
    });
    expect(await stateOf("set")).toBe("running");
    await update("set", '{"state": "completed"}');
    expect(await update("set", '{"state": "pending"}')).toMatchObject({ status: 200 });
    expect(await stateOf("set")).toBe("completed");
  });

  it.each(['{"state": "done"}', "{}", "[]"])("%s names no state that can be set", async (body) => {
    await server.post(JOBS, [aJob({ job_guid: "no-state", state: "pending" })]);
    expect(await update("no-state", body)).toMatchObject({
      status: 400,
      body: {
        message: expect.stringMatching(
          /^'.*' is not a valid state\. {2}Must be one of: running, pending, completed, coalesced$/,
        ),
      },
    });
  });

  it.each(["text/plain", "application/x-www-form-urlencoded"])(
    "is not read from a body that is %s, whatever it contains",
    async (type) => {
      await server.post(JOBS, [aJob({ job_guid: "no-type", state: "pending" })]);
      const headers = { "content-type": type };
      expect(await update("no-type", '{"state": "running"}', { headers })).toMatchObject({
        status: 415,
        body: { detail: `Unsupported media type "${type}" in request.` },
      });
      expect(await stateOf("no-type")).toBe("pending");
    },
  );

  it.each([
    ["{", /ends too early$/],
    ['{"state": "running", "at": NaN}', /NaN and Infinity are not JSON/],
    [Buffer.from([0x7b, 0xff, 0x7d]), /not valid UTF-8$/],
  ])("is not read from a body that is not JSON: %s", async (body, why) => {
    const answer = await server.send(`${JOBS}123/update_state/`, { body });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^JSON parse error - /) },
    });
    expect(answer.body).toMatchObject({ detail: expect.stringMatching(why) });
  });

  it("is not read from a compressed body, and the answer says so", async () => {
    const body = gzipSync('{"state": "running"}');
    const answer = await server.send(`${JOBS}123/update_state/`, {
      body,
      headers: { "content-encoding": "gzip" },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/Content-Encoding is "gzip".*uncompressed$/) },
    });
  });

  it("cannot be set for a job that does not exist", async () => {
    expect(await server.send(`${JOBS}123/update_state/`, { body: '{"state": "running"}' })).toMatchObject({
      status: 404,
      body: "No job with id: 123",
    });
  });
});

describe("while the store is unavailable", () => {
  it("a request is answered with 503, and can be sent again", async () => {
    const other = await RestServer.start(story.real, story.submit);
    const item = aJob({ job_guid: "again" });
    story.store.mood = "gone";
    const answer = await other.post(JOBS, [item]);
    expect(answer).toMatchObject({ status: 503, body: { detail: expect.stringContaining("again later") } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    story.store.mood = "there";
    expect(await other.post(JOBS, [item])).toMatchObject({ body: { results: [{ outcome: "stored" }] } });
    await other.close();
  });
});

describe("limits", () => {
  it("a client that uses up its rate has to wait; other groups and clients do not", async () => {
    const limited = await RestServer.start(story.real, story.submit, { rates: { jobs: 2, resultset: 2 } });
    const statuses: number[] = [];
    for (const sentBody of ["[]", "[1]", "[]", "[]"]) {
      statuses.push((await limited.send(JOBS, { body: "[]", sentBody })).status);
    }
    expect(statuses).toEqual([200, 403, 200, 429]);
    const answer = await limited.send(JOBS, { body: "[]" });
    expect(answer.body).toEqual({
      detail: expect.stringMatching(/^Request was throttled\. Expected available in \d+\.0 seconds\.$/),
    });
    const seconds = Number(answer.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(answer.headers.get("x-throttle-wait-seconds")).toBe(String(seconds));
    expect(await limited.send(ARTIFACTS, { body: "[]" })).toMatchObject({ status: 200 });
    await limited.close();
  });

  it("signed requests to all paths of an endpoint count together, whatever their method; unsigned ones do not", async () => {
    const rates = { jobs: 0, resultset: 5 };
    const limited = await RestServer.start(story.real, story.submit, { rates, readApi: true });
    const ask = async (path: string, method: string, sending: Sending = {}): Promise<number> =>
      (await limited.send(path, { method, ...sending })).status;
    await limited.post(JOBS, [aJob()]);
    expect([
      await ask(PUSHES, "GET"),
      await ask(PUSHES, "HEAD"),
      await ask(PUSHES, "PUT", { body: "[]" }),
      await ask("/api/project/elsewhere/resultset/", "GET"),
      await ask(`${PUSHES}17/status/`, "GET"),
    ]).toEqual([200, 200, 405, 404, 404]);
    expect(await ask(PUSHES, "POST", { body: "[]" })).toBe(429);
    expect(await ask(`${PUSHES}17/revisions/`, "GET")).toBe(429);
    expect(await ask(`${PUSHES}17/revisions/`, "PUT", { body: "[]" })).toBe(429);
    expect(await ask(PUSHES, "GET", { signer: null })).toBe(200);
    for (const path of ["jobs/", "push/", "artifact/?job_id=17"]) {
      expect(await ask(`/api/project/try/${path}`, "GET")).toBe(200);
    }
    await limited.close();
  });

  it("bodies that would take too much memory together get 503", async () => {
    const small = await RestServer.start(story.real, story.submit, {
      maxBodyBytes: 1000,
      maxBodiesBytes: 100,
    });
    expect(await small.post(JOBS, [aJob({ name: "x".repeat(200) })])).toMatchObject({ status: 503 });
    await small.close();
  });
});

describe("a long answer", () => {
  it("is compressed if the client accepts it, and its signature covers the plain text", async () => {
    const many = Array.from({ length: 200 }, () => ({ job: {} }));
    const [packed, plain] = [
      await server.post(JOBS, many, { headers: { "accept-encoding": "gzip" } }),
      await server.post(JOBS, many, { headers: { "accept-encoding": "identity" } }),
    ];
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toBe("Accept-Encoding");
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(packed.body).toEqual(plain.body);
    for (const { headers, text } of [packed, plain]) {
      const [, hash] = /hash="([^"]*)"/.exec(headers.get("server-authorization") ?? "") ?? [];
      expect(hash).toBe(hashOf(text));
    }
  });
});

describe("CORS", () => {
  const asking = { origin: "https://ci.example.org" };

  it("no page may read the answers unless it is allowed to", async () => {
    expect(
      (await server.send(JOBS, { body: "[]", headers: asking })).headers.get("access-control-allow-origin"),
    ).toBeNull();
  });

  it("a preflight of an allowed page is answered, and so are its requests, including refused ones", async () => {
    const open = await RestServer.start(story.real, story.submit, {
      allowedOrigins: ["https://ci.example.org"],
    });
    const preflight = { ...asking, "access-control-request-method": "POST" };
    const answer = await open.send(JOBS, { method: "OPTIONS", signer: null, headers: preflight });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-headers")).toBe("authorization, content-type");
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://ci.example.org");
    const refused = await open.send(JOBS, { body: "[]", signer: null, headers: asking });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://ci.example.org");
    const other = await open.send(JOBS, { body: "[]", headers: { origin: "https://evil.example" } });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    await open.close();
  });
});
