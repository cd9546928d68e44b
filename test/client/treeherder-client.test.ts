import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  AuthenticationError,
  ClockError,
  RejectedError,
  RequestError,
  ThrottledError,
  TreeherderClientError,
  UnknownClientError,
  UnreachableError,
  WaitTimeoutError,
} from "../../client/src/client-errors.ts";
import { ArtifactCollection, JobCollection, ResultSetCollection } from "../../client/src/collections.ts";
import { readRetryAfter, retryWaitMs } from "../../client/src/retry-wait.ts";
import { TreeherderClient } from "../../client/src/treeherder-client.ts";
import { HawkServer, json, type Respond } from "../doubles/hawk-server.ts";
import { freePort } from "../servers/free-port.ts";
import { until } from "../until.ts";

const secret = "5d41402a-bc4b-4a76-b971-9d911017c592";
let server: HawkServer;
let client: TreeherderClient;

beforeAll(async () => {
  server = await HawkServer.open(secret);
  client = new TreeherderClient({
    serverUrl: `${server.url}/`,
    clientId: "me",
    secret,
    retries: 2,
    timeoutMs: 5000,
  });
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const jobs = (...guids: readonly string[]): JobCollection =>
  new JobCollection(
    guids.map((guid) =>
      new JobCollection().getJob().addProject("try").addRevision("a".repeat(40)).addJobGuid(guid),
    ),
  );

/** Closes the connection without an answer. */
const hangUp: Respond = (response) => response.destroy();
/** Never answers. */
const silence: Respond = () => undefined;

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("posting", () => {
  it("sends the whole collection, signed, and returns the verdict on each item", async () => {
    const collection = jobs("ä/0", "b/0");
    const answer = await client.postCollection("try", collection);
    expect(answer.results).toEqual(
      [0, 1].map((index) => ({ index, outcome: "stored", errors: [], refused: [], warnings: [] })),
    );
    expect(answer.throwIfRejected().message).toBe("well-formed JSON stored");
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        target: "/api/project/try/jobs/",
        body: collection.toJson(),
        signature: "right",
        headers: {
          accept: "application/json; version=1.0",
          "content-type": "application/json",
          "user-agent": expect.stringMatching(/^pulse-ingest-client\/\d/),
        },
      },
    ]);
  });

  it("uses the path of each kind, and returns the pushes in the answer", async () => {
    const row = { id: 7, short_revision: "a", long_revision: "ab", revision_hash: "ab", push_timestamp: 1 };
    server.next = [json(200, { message: "ok", resultsets: [row], results: [] })];
    const pushes = new ResultSetCollection();
    pushes.add(
      pushes.getResultSet({
        push_timestamp: 1,
        revision: "ab",
        revisions: [{ revision: "ab", author: "x", repository: "try" }],
      }),
    );
    expect((await client.post_collection("try", pushes)).resultsets).toEqual([row]);
    const artifacts = new ArtifactCollection();
    artifacts.add(artifacts.getArtifact({ name: "x", type: "json", blob: [1], job_guid: "g" }));
    await client.postCollection("try", artifacts);
    expect(server.seen.map(({ target }) => target)).toEqual([
      "/api/project/try/resultset/",
      "/api/project/try/artifact/",
    ]);
  });

  it("checks first, and sends nothing that is invalid", async () => {
    const invalid = new JobCollection([new JobCollection().getJob()]);
    const cases: readonly [unknown, object][] = [
      [await errorOf(client.postCollection("try", invalid)), { name: "ValidationError" }],
      [
        await errorOf(client.postCollection("try", new JobCollection())),
        { message: "TreeherderClient: collection data property not defined" },
      ],
      [
        await errorOf(client.postCollection("try", [] as never)),
        { message: "Array should be an instance of TreeherderCollection" },
      ],
      [
        await errorOf(client.postCollection("a/b", jobs("a/0"))),
        { message: expect.stringContaining("a project's name has") },
      ],
    ];
    for (const [error, expected] of cases) {
      expect(error).toBeInstanceOf(TreeherderClientError);
      expect(error).toEqual(expect.objectContaining(expected));
    }
    expect(server.seen).toEqual([]);
  });

  it("returns the verdicts even if some or all items were rejected, and throws only if it is asked to", async () => {
    const errors = [{ pointer: "/job/tier", message: "must be a number" }];
    const refused = [{ what: 'artifact "x"', reason: "has no blob" }];
    const results = [
      { index: 0, outcome: "rejected", errors },
      { index: 1, outcome: "unchanged", errors: [], refused, warnings: refused },
    ];
    const failed = [{ index: 0, outcome: "failed", errors: [] }];
    server.next = [
      json(200, { message: "ok", results }),
      json(400, { detail: "every item was rejected", results: [results[0]] }),
      json(500, { detail: "a bug", results: failed }),
    ];
    const some = await client.postCollection("try", jobs("a/0", "b/0"));
    expect(some.results).toEqual([{ ...results[0], refused: [], warnings: [] }, results[1]]);
    expect(() => some.throwIfRejected()).toThrow(RejectedError);
    const all = await client.postCollection("try", jobs("a/0"));
    expect(all.message).toBe("every item was rejected");
    expect(() => all.throwIfRejected()).toThrow(
      "1 of 1 items were not stored:\n  item 0 at /job/tier: rejected: must be a number",
    );
    const buggy = await client.postCollection("try", jobs("a/0"));
    expect(() => buggy.throwIfRejected()).toThrow("item 0: failed: no reason given");
  });

  it("posts a JSON text unchanged", async () => {
    await client.postJson("try", "artifact", ['{"blob": 1.10000000000000000001}', "{}"]);
    expect(server.seen[0]?.body).toBe('[{"blob": 1.10000000000000000001},{}]');
  });
});

describe("retrying", () => {
  it("happens after a lost connection, and each attempt gets a new signature", async () => {
    server.next = [hangUp, hangUp];
    await client.postCollection("try", jobs("a/0"));
    expect(server.seen.map(({ signature }) => signature)).toEqual(["right", "right", "right"]);
    expect(new Set(server.seen.map(({ hawk }) => hawk["nonce"])).size).toBe(3);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  it.each([429, 503])(
    "happens after %i when the server says how long to wait, and not before",
    async (status) => {
      server.next = [json(status, { detail: "later" }, { "retry-after": "1" })];
      await client.postCollection("try", jobs("a/0"));
      const [first, second] = server.seen;
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(950);
    },
  );

  it("ends after the allowed number of attempts, and the error says how long to wait", async () => {
    const busy = json(429, { detail: "Request was throttled." }, { "retry-after": "0" });
    server.next = [busy, busy, busy];
    const error = await errorOf(client.getJobs("try"));
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error).toMatchObject({
      status: 429,
      retryAfterSeconds: 0,
      message: expect.stringContaining("post again in 0 s"),
    });
    expect(server.seen).toHaveLength(3);
  });

  it.each<[string, Respond, number]>([
    ["a 503 that does not ask for it", json(503, {}), 503],
    ["a 429 that asks to wait for hours", json(429, {}, { "retry-after": "7200" }), 429],
    ["a bug of the server", json(500, { detail: "a bug" }), 500],
    ["a redirect", json(302, {}, { location: "/elsewhere" }), 302],
    ["a malformed body", json(400, { detail: "JSON parse error - x" }), 400],
  ])("does not happen after %s", async (_what, answer, status) => {
    server.next = [answer];
    const error = await errorOf(client.postCollection("try", jobs("a/0")));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status });
    expect(server.seen).toHaveLength(1);
  });

  it.each<[number, number, number, number | null]>([
    // failures, retries, Retry-After, wait in milliseconds with a random number of 0.5
    [1, 4, 0, 250],
    [3, 4, 0, 1000],
    [4, 4, 0, 2000],
    [5, 4, 0, null],
    [30, 40, 0, 15_000],
    [1, 4, 60, 60_250],
    [1, 4, 121, null],
    [1, 0, 0, null],
  ])(
    "waits after %i failures of %i allowed, asked to wait %i s, for %s ms",
    (failures, retries, seconds, wait) => {
      expect(retryWaitMs(failures, retries, seconds, 0.5)).toBe(wait);
    },
  );

  it.each<[string | null, number | null]>([
    [null, null],
    ["5", 5],
    ["Thu, 01 Jan 1970 00:00:12 GMT", 2],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
    ["soon", null],
  ])("reads Retry-After %s as %s s", (header, seconds) => {
    expect(readRetryAfter(header, 10_000)).toBe(seconds);
  });
});

describe("time limits", () => {
  it("end an attempt that is not answered; the error names the address and the time", async () => {
    server.answer = silence;
    const hasty = new TreeherderClient({ serverUrl: server.url, timeoutMs: 1000, retries: 1 });
    const error = await errorOf(hasty.getRepositories());
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ status: null, message: expect.stringContaining("no answer within 1 s") });
    expect(server.seen).toHaveLength(2);
    expect(server.seen[0]).toMatchObject({ method: "GET", target: "/api/repository/", signature: "none" });
  });

  it("may be set by a signal, both during a request and in the pause after one", async () => {
    server.answer = silence;
    const reason = new Error("enough");
    const early = await errorOf(client.getJobs("try", {}, { signal: AbortSignal.abort(reason) }));
    const stop = new AbortController();
    const running = errorOf(client.postCollection("try", jobs("a/0"), { signal: stop.signal }));
    await until(() => server.seen.length === 1);
    stop.abort(reason);
    expect([early, await running]).toEqual([reason, reason]);
    server.next = [json(429, {}, { "retry-after": "100" })];
    const again = new AbortController();
    const waiting = errorOf(client.postCollection("try", jobs("a/0"), { signal: again.signal }));
    await until(() => server.seen.length === 2);
    again.abort(reason);
    expect(await waiting).toBe(reason);
    expect(server.seen).toHaveLength(2);
  });

  it("end a wait for a server that is unavailable", async () => {
    const nobody = new TreeherderClient({ serverUrl: `http://127.0.0.1:${await freePort()}`, retries: 0 });
    const error = await errorOf(nobody.getJobs("try"));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("an error says what to do", () => {
  it.each([
    ["TLS at a port without TLS", "https:", "", /does not speak TLS \(ERR_SSL_\w+\): .* http:\/\//],
    [
      "a host name that does not exist",
      "http:",
      "no.invalid",
      /cannot be resolved \(E\w+\): check its spelling/,
    ],
  ])("%s", async (_case, protocol, hostname, words) => {
    const url = Object.assign(new URL(server.url), { protocol, ...(hostname !== "" && { hostname }) });
    const error = await errorOf(new TreeherderClient({ serverUrl: url.href, retries: 0 }).getJobs("try"));
    expect(error).toMatchObject({ message: expect.stringMatching(words) });
    expect(error).not.toMatchObject({ message: expect.stringContaining("\n") });
  });

  /** Refuses with a clock that is five minutes behind. */
  const behind: Respond = (...given) => {
    const detail = "Hawk authentication failed: The token has expired. Is your system clock correct?";
    json(403, { detail }, { date: new Date(Date.now() - 300_000).toUTCString() })(...given);
  };
  it.each<[string, Respond, new (...args: never) => Error, RegExp]>([
    ["the clock", behind, ClockError, /set this machine's clock: it is (299|30\d) s ahead of the server's/],
    [
      "an unknown id",
      json(403, { detail: "No authentication credentials found with id me" }),
      UnknownClientError,
      /pulse-ingest credentials add/,
    ],
    [
      "a wrong secret",
      json(403, { detail: "Hawk authentication failed" }),
      AuthenticationError,
      /check the secret/,
    ],
    [
      "no credentials",
      json(403, { detail: "Authentication credentials were not provided." }),
      AuthenticationError,
      /clientId and a secret/,
    ],
    [
      "another project",
      json(403, { detail: "You do not have permission to perform this action." }),
      AuthenticationError,
      /may not write to this project/,
    ],
    [
      "a malformed header",
      json(403, { detail: "Hawk authentication failed: The request header was malformed" }),
      AuthenticationError,
      /malformed$/,
    ],
    ["too many requests", json(413, { detail: "too long" }), RequestError, /chunks/],
    ["an unknown path", json(404, "No such page"), RequestError, /check serverUrl/],
    [
      "another kind of server",
      (response) => void response.writeHead(405).end(),
      RequestError,
      /: 405 Method Not Allowed \(check serverUrl\)$/,
    ],
    ["an answer that is not JSON", (response) => response.end("<html>"), RequestError, /not a JSON object/],
    [
      "an answer of another form",
      json(200, { results: [{ outcome: "eaten" }] }),
      RequestError,
      /expected form/,
    ],
  ])("about %s", async (_what, answer, type, words) => {
    server.next = [answer];
    const error = await errorOf(client.postCollection("try", jobs("a/0")));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ name: type.name, message: expect.stringMatching(words) });
    expect(inspect([error, client], { depth: 9, showHidden: true })).not.toContain(secret);
  });

  it.each([
    [{ serverUrl: "ftp://x" }, "serverUrl must be"],
    [{ serverUrl: "https://me:secret@x" }, "must not hold a user"],
    [{ clientId: "me" }, "given together"],
    [{ clientId: 'a"b', secret }, "letters, digits"],
    [{ clientId: "me", secret: "" }, "must not be empty"],
    [{ retries: Number.NaN }, "retries must be 0 or more; it is NaN"],
    [{ retries: -1 }, "retries must be 0 or more; it is -1"],
    [{ timeoutMs: Number.NaN }, "timeoutMs must be above 0; it is NaN"],
    [{ timeoutMs: 0 }, "timeoutMs must be above 0; it is 0"],
  ])("about the options %j", (options, words) => {
    expect(() => new TreeherderClient(options)).toThrow(TreeherderClientError);
    expect(() => new TreeherderClient(options)).toThrow(words);
  });

  it.each([undefined, null, 5, "", "a/b", "x".repeat(51)])(
    "about %p as a project, which JavaScript code may pass, and nothing is sent",
    async (project) => {
      const error = await errorOf(client.postCollection(project as never, jobs("a/0")));
      expect(error).toBeInstanceOf(TreeherderClientError);
      expect(error).toMatchObject({ message: expect.stringContaining("a project's name has") });
      expect(server.seen).toEqual([]);
    },
  );
});

describe("reading", () => {
  const row = (id: number) => ({
    id,
    job_guid: `g/${id}`,
    revision: "r",
    job_id: 1,
    name: "x",
    type: "json",
    blob: {},
  });
  const pagesOf =
    (total: number): Respond =>
    (response, request) => {
      const query = new URL(request.target, "http://x").searchParams;
      const [offset, count] = [
        Number(query.get("offset") ?? 0),
        Number(query.get("count") ?? query.get("limit") ?? 10),
      ];
      const results = Array.from({ length: Math.max(0, Math.min(count, total - offset)) }, (_, n) =>
        row(offset + n),
      );
      json(200, { results, meta: {} })(response, request);
    };

  it("returns one page, as many rows as requested, or all of them", async () => {
    server.answer = pagesOf(4500);
    expect(await client.getJobs("try", { job_guid: "g", id__in: [1, 2], tier: undefined })).toHaveLength(10);
    expect(await client.get_jobs("try", { count: 4100 })).toHaveLength(4100);
    expect(await client.get_resultsets("try", { count: null })).toHaveLength(4500);
    expect(server.seen.map(({ target }) => target)).toEqual([
      "/api/project/try/jobs/?job_guid=g&id__in=1%2C2",
      ...[0, 2000, 4000].map((offset) => `/api/project/try/jobs/?count=2000&offset=${offset}`),
      ...[0, 1000, 2000, 3000, 4000].map(
        (offset) => `/api/project/try/resultset/?count=1000&offset=${offset}`,
      ),
    ]);
    expect(server.seen.every(({ signature }) => signature === "right")).toBe(true);
  });

  it("yields rows page by page, and reads no page that is not needed", async () => {
    server.answer = pagesOf(2001);
    const ids: number[] = [];
    for await (const { id } of client.listJobs("try", { offset: 1 })) ids.push(id);
    expect(ids).toHaveLength(2000);
    expect(server.seen).toHaveLength(2);
    for await (const _push of client.listResultSets("try")) break;
    for await (const _detail of client.listJobDetails({ job_guid: "g" })) break;
    for await (const _detail of client.listJobDetails({ job_guid: "g", offset: 7 })) break;
    expect(server.seen.slice(2).map(({ target }) => target)).toEqual([
      "/api/project/try/resultset/?count=1000&offset=0",
      "/api/jobdetail/?job_guid=g&limit=2000&offset=0",
      "/api/jobdetail/?job_guid=g&offset=7&limit=2000",
    ]);
  });

  it.each<[string, readonly unknown[], string]>([
    ["get_artifacts", ["try", { job_id: 1 }], "/api/project/try/artifact/?job_id=1"],
    ["get_job_log_url", ["try", { job_id: 1 }], "/api/project/try/job-log-url/?job_id=1"],
    ["get_job_details", [{ job_guid: "g" }], "/api/jobdetail/?job_guid=g"],
    ["get_repositories", [], "/api/repository/"],
    ["get_products", [], "/api/product/"],
    ["get_job_groups", [], "/api/jobgroup/"],
    ["get_failure_classifications", [], "/api/failureclassification/"],
    ["get_build_platforms", [], "/api/buildplatform/"],
    ["get_job_types", [], "/api/jobtype/"],
    ["get_machines", [], "/api/machine/"],
    ["get_machine_platforms", [], "/api/machineplatform/"],
  ])("%s requests its path, under both names", async (snake, args, target) => {
    server.answer = json(200, [row(1)]);
    for (const name of [snake, snake.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())]) {
      const method: unknown = Reflect.get(client, name);
      if (typeof method !== "function") throw new Error(`there is no ${name}`);
      expect(await Reflect.apply(method, client, args)).toEqual([row(1)]);
    }
    expect(server.seen.map((request) => request.target)).toEqual([target, target]);
  });

  it("turns option collections into a map, and refuses an answer of another form", async () => {
    const options = [{ name: "opt" }];
    server.next = [
      json(200, [{ option_collection_hash: "h", options }]),
      json(200, [{ id: "1" }]),
      json(400, { detail: "no" }),
    ];
    expect(await client.get_option_collection_hash()).toEqual({ h: options });
    expect(await errorOf(client.getJobs("try"))).toMatchObject({
      message: expect.stringContaining("not the expected list"),
    });
    expect(await errorOf(client.getJobs("try"))).toMatchObject({
      status: 400,
      message: expect.stringContaining("no"),
    });
  });

  it("waits until a job has an artifact", async () => {
    server.next = [
      json(200, { results: [] }),
      json(200, { results: [row(5)] }),
      json(200, []),
      json(200, [row(6)]),
    ];
    expect(await client.waitFor("try", "g/5", "x", { timeoutMs: 9999.5 })).toEqual(row(6));
    expect(server.seen.map(({ target }) => target)).toEqual([
      ...Array(2).fill("/api/project/try/jobs/?job_guid=g%2F5&count=1"),
      ...Array(2).fill("/api/project/try/artifact/?job_id=5&name=x"),
    ]);
  });

  it("waits no longer than its limit, and says what is missing", async () => {
    server.next = [json(200, { results: [row(5)] })];
    server.answer = json(200, []);
    const error = await errorOf(client.waitFor("try", "g/5", "x", { timeoutMs: 0 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error).toMatchObject({ message: "job g/5 has no artifact x in try after 0 s" });
    const reason = new Error("enough");
    expect(await errorOf(client.waitFor("try", "g", "x", { signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
  });

  it.each([
    [undefined, "x"],
    ["", "x"],
    ["g/5", undefined],
  ])("does not wait for an artifact of the job %p with the name %p", async (guid, name) => {
    server.answer = json(200, { results: [row(5)] });
    const error = await errorOf(client.waitFor("try", guid as never, name as never));
    expect(error).toMatchObject({ name: "TreeherderClientError", message: expect.stringContaining("guid") });
    expect(server.seen).toEqual([]);
  });
});
