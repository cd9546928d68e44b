import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { numberOf } from "../../../src/domain/document-numbers.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { readApiPlugin, readRoutes } from "../../../src/http/read/read-api-plugin.ts";
import { type LogCache, openLogCache } from "../../../src/logs/cache/log-cache.ts";
import { jobPropertyNames } from "../../../src/queries/api/job-row.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { Arrival } from "../../../src/store/ports/submission-store.ts";
import { answer as hosted, type LogHost, startLogHost } from "../../doubles/log-host.ts";
import { workHere } from "../../doubles/text-work.ts";
import { aClaim, anArrival } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { startPublicServer } from "../public-server.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);
const unsaid = (): void => undefined;
const silent = { error: unsaid, warn: unsaid, info: unsaid, debug: unsaid };

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const PROJECT = "/api/project/proj";
const LOG = "first\nsecond\nthird";
const pushId = numberOf("proj/bbbbbbbbbbbb");
const skeletonId = numberOf("proj/cccccccccccc");
const jobIdOf = (guid: string): number => numberOf(`proj/${guid.replace("/", "%2F")}`);
const failed = jobIdOf("failed/0");
const running = jobIdOf("running/0");
const plain = jobIdOf("plain/0");

/** A blob with a number that JavaScript would change. */
const LARGE = '{"n":12345678901234567890}';

/** Fills a store with two pushes, a skeleton and a few jobs of project `proj`. */
async function fill(store: Store, logs: string): Promise<void> {
  const row = (revision: string, comment: string) => ({
    revision,
    author: "dev@b",
    comment,
    repository: "repo",
  });
  const pushed = (
    revision: string,
    push_timestamp: number,
    author: string,
    revisions: readonly string[],
  ) => ({
    project: "proj",
    resultSet: {
      revision,
      author,
      push_timestamp,
      revisions: revisions.map((each) => row(each, `about ${each[0]}`)),
    },
    received_at: anArrival().received_at,
  });
  const many = Array.from({ length: 25 }, (_, n) => n.toString(16).padStart(2, "0").repeat(20));
  await store.storeResultSets([
    pushed(B, 1_400_000_000, "dev@b", [A, B]),
    pushed("e".repeat(40), 1_400_100_000, "other@b", [...many, "e".repeat(40)]),
    pushed("f".repeat(12), 1_400_200_000, "dev@b", ["f".repeat(12)]),
  ]);
  await store.storeSubmissions([
    job("failed/0", B, 1, {
      result: "fail",
      labels: ["opt", "e10s"],
      logs: [{ name: "buildbot_text", url: `${logs}/log.txt.gz` }],
      jobInfo: {
        summary: "2 passed",
        links: [{ label: "see", linkText: "here", url: "http://artifacts.example/1" }],
      },
      timeScheduled: "2026-01-05T10:00:00Z",
      timeStarted: "2026-01-05T10:05:00Z",
      timeCompleted: "2026-01-05T10:25:30Z",
      owner: "dev@b",
    }),
    job("running/0", B, 2, { state: "running", result: undefined, labels: ["debug"] }),
    job("plain/0", A, 3, {
      coalesced: ["running/0"],
      logs: [
        { name: "plain", url: `http://user:secret@${new URL(logs).host}/plain.txt` },
        { name: "gone", url: `${logs}/gone.txt` },
        { name: "l".repeat(50), url: `${logs}/plain.txt` },
      ],
      extra: {
        artifacts: [
          {
            name: "text_log_summary",
            type: "json",
            blob: { step_data: { all_errors: [{ line: "boom", linenumber: 7 }] } },
          },
          {
            name: "Bug suggestions",
            type: "json",
            blob: [{ search: "boom", search_terms: ["boom"], bugs: {} }],
          },
          { name: "text", type: "text", blob: '"as it is"' },
          { name: "performance_data", type: "json", blob: { framework: { name: "x" }, suites: [] } },
        ],
      },
    }),
    job("skeleton/0", C, 4, {}),
  ]);
  // A worker has read the log of the failed job.
  const [item] = await store.claimWork(aClaim({ limit: 1 }));
  if (item === undefined) throw new Error("no log is waiting");
  const all_errors = [
    { line: "one", linenumber: 1 },
    { line: "two", linenumber: 2 },
  ];
  await store.finishWork(item, [
    { name: "text_log_summary", type: "json", blob: JSON.stringify({ step_data: { all_errors } }) },
    { name: "Bug suggestions", type: "json", blob: '[{"search":"one"},{"search":"two"}]' },
    { name: "numbers", type: "json", blob: LARGE },
    { name: "broken", type: "JSON", blob: "{not json" },
  ]);
}

function job(
  guid: string,
  revision: string,
  n: number,
  overrides: Readonly<Record<string, unknown>>,
): Arrival {
  const origin = { kind: "hg.mozilla.org", project: "proj", revision };
  const machine = { platform: "linux64", os: "linux", architecture: "x86_64", name: `machine-${n}` };
  const arrival = anArrival({
    taskId: guid,
    origin,
    buildMachine: machine,
    runMachine: machine,
    ...overrides,
  });
  return { ...arrival, received_at: `2026-01-05T10:0${n}:00.000Z` };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

type Row = Readonly<Record<string, unknown>>;
/** The shape of most answers. The tests check which members an answer has. */
interface List<Item> {
  readonly results: readonly Item[];
  readonly meta: Row;
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly job_property_names: readonly string[];
}

function readApi(name: string, target: () => { mongodbUrl: string | null; remove(): Promise<void> }): void {
  describe(`the read API of the ${name} store`, () => {
    let folder: string;
    let database: ReturnType<typeof target>;
    let store: Store;
    let host: LogHost;
    let logs: LogCache;
    let server: Awaited<ReturnType<typeof startPublicServer>>;
    /** True: every call of the store fails as if the store were unavailable. */
    let isAway = false;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "read-api-"));
      database = target();
      store = await openStore({ mongodbUrl: database.mongodbUrl, dataDir: folder, rejectionTtlDays: 30 });
      host = await startLogHost({
        "/log.txt.gz": hosted(gzipSync(LOG)),
        "/plain.txt": hosted("only one line\n"),
      });
      await fill(store, host.url);
      logs = openLogCache({
        folder: join(folder, "log-cache"),
        maxBytes: 1024 * 1024,
        work: workHere({ userAgent: "test", allowPrivate: true }),
        limits: { lines: 1000, inflatedBytes: 1024 * 1024, ratio: 100 },
        perHost: 2,
        now: Date.now,
      });
      const hasProject = async (project: string): Promise<boolean> => {
        if (isAway) throw new Unavailable("store", "it is away");
        return store.hasProject(project);
      };
      server = await startPublicServer([readApiPlugin({ store: { ...store, hasProject }, logs })], silent);
    });
    afterAll(async () => {
      await server.close();
      await logs.close();
      await host.close();
      await store.close();
      await database.remove();
      rmSync(folder, { recursive: true });
    });

    async function get(path: string): Promise<Answer> {
      const reply = await fetch(`${server.url}${path}`);
      const text = await reply.text();
      expect(reply.headers.get("content-type")).toBe("application/json");
      return { status: reply.status, body: JSON.parse(text), text };
    }
    async function read<Body = readonly Row[]>(path: string): Promise<Body> {
      const { status, body, text } = await get(path);
      expect({ status, body }).toMatchObject({ status: 200 });
      return JSON.parse(text);
    }
    const list = <Item = Row>(path: string): Promise<List<Item>> => read(path);
    const column = (rows: readonly Row[], name: string): unknown[] => rows.map((row) => row[name]);
    const guids = async (query: string): Promise<unknown[]> =>
      column((await list(`${PROJECT}/jobs/?${query}`)).results, "job_guid").toSorted();
    const following = (next: string | null): string => new URL(next ?? "").href.slice(server.url.length);

    describe("lists of jobs", () => {
      it("have all members of a job that readers know, with what was submitted", async () => {
        const { results, meta } = await list(`${PROJECT}/jobs/?job_guid=failed/0`);
        expect(meta).toEqual({ repository: "proj", offset: 0, count: 10 });
        expect(Object.keys(results[0] ?? {})).toEqual(jobPropertyNames);
        expect(results).toMatchObject([
          {
            ...{
              id: failed,
              job_guid: "failed/0",
              result_set_id: pushId,
              state: "completed",
              result: "testfailed",
            },
            ...{
              platform_option: "e10s opt",
              platform: "linux64",
              build_os: "linux",
              machine_name: "machine-1",
            },
            ...{ job_type_name: "Mochitest", job_type_symbol: "M3", job_group_symbol: "T", tier: 1 },
            ...{ failure_classification_id: 1, running_eta: 0, job_coalesced_to_guid: null, who: "dev@b" },
            ...{
              submit_timestamp: 1_767_607_200,
              start_timestamp: 1_767_607_500,
              end_timestamp: 1_767_608_730,
            },
            ...{ last_modified: "2026-01-05T10:01:00.000Z", build_system_type: "taskcluster" },
          },
        ]);
        expect(Number.isSafeInteger(results[0]?.["job_type_id"])).toBe(true);
      });

      it.each([
        ["", ["failed/0", "plain/0", "running/0", "skeleton/0"]],
        [`id=${failed}`, ["failed/0"]],
        [`id__in=${failed},${running},1`, ["failed/0", "running/0"]],
        ["job_guid__in=failed/0,nobody", ["failed/0"]],
        ["task_id=failed", ["failed/0"]],
        [`result_set_id=${pushId}`, ["failed/0", "plain/0", "running/0"]],
        [`push_id=${skeletonId}`, ["skeleton/0"]],
        [`result_set_id=${pushId}&state=running`, ["running/0"]],
        ["result_set_id=17", []],
        ["state__ne=completed", ["running/0"]],
        ["state__in=running,pending&unknown=1", ["running/0"]],
        ["last_modified__gt=2026-01-05T10:02:00.000Z", ["plain/0", "skeleton/0"]],
        [
          "last_modified__gte=2026-01-05T10:02:00&last_modified__lte=2026-01-05 10:03",
          ["plain/0", "running/0"],
        ],
        ["job_coalesced_to_guid=plain/0", ["running/0"]],
        ["state=completed&state=running", ["running/0"]],
        ["submit_timestamp__lt=5", ["plain/0", "running/0", "skeleton/0"]],
        ["exclusion_profile=false&__proto__=1", ["failed/0", "plain/0", "running/0", "skeleton/0"]],
      ])("%s", async (query, found) => {
        expect(await guids(query)).toEqual(found);
      });

      it.each(["count=0", "state=completed&count=0"])("%s: no rows", async (query) => {
        expect(await list(`${PROJECT}/jobs/?${query}`)).toMatchObject({ results: [], meta: { count: 0 } });
      });

      it("contain each job once across their pages", async () => {
        const pages = await Promise.all([0, 1, 2, 3, 4].map((offset) => guids(`count=1&offset=${offset}`)));
        expect(pages.flat().toSorted()).toEqual(await guids(""));
        const filtered = await Promise.all(
          [0, 1].map((offset) => guids(`state=completed&count=2&offset=${offset * 2}`)),
        );
        expect(filtered.flat().toSorted()).toEqual(["failed/0", "plain/0", "skeleton/0"]);
      });

      it("have rows as arrays, with their names, for return_type=list", async () => {
        const { results, job_property_names } = await list<unknown[]>(
          `${PROJECT}/jobs/?return_type=list&id=${failed}`,
        );
        expect(job_property_names).toEqual(jobPropertyNames);
        expect(results[0]?.[job_property_names.indexOf("job_guid")]).toBe("failed/0");
        expect(results[0]).toHaveLength(job_property_names.length);
      });

      it("of all projects, in today's format, require a push or a task", async () => {
        const {
          results,
          job_property_names: names,
          next,
          previous,
        } = await list<unknown[]>(`/api/jobs/?push_id=${pushId}`);
        expect([next, previous]).toEqual([null, null]);
        const column = (name: string): unknown[] => results.map((row) => row[names.indexOf(name)]).toSorted();
        expect(column("task_id")).toEqual(["failed", "plain", "running"]);
        expect(column("push_revision")).toEqual([B, B, B]);
        expect(column("duration")).toEqual([0, 0, 21]);
        expect((await list("/api/jobs/?task_id=failed&repository=proj")).results).toHaveLength(1);
        const page = await list(`/api/jobs/?push_id=${pushId}&count=2`);
        expect(page.next).toBe(`${server.url}/api/jobs/?push_id=${pushId}&count=2&offset=2`);
        const rest = await list(following(page.next));
        expect(rest.results).toHaveLength(1);
        expect(rest.previous).toContain("offset=0");
        // A reader that follows `next` must reach the end.
        const nothing = await list(`/api/jobs/?push_id=${pushId}&count=0`);
        expect(nothing).toMatchObject({ results: [], next: null });
      });
    });

    describe("one job", () => {
      it("has its logs and artifacts, and no group", async () => {
        const view = await read<{ artifacts: readonly Row[] }>(`${PROJECT}/jobs/${failed}/`);
        expect(view).toMatchObject({
          ...{ id: failed, resource_uri: `${PROJECT}/jobs/${failed}/` },
          logs: [{ name: "buildbot_text", url: `${host.url}/log.txt.gz` }],
        });
        expect(column(view.artifacts, "name")).toEqual([
          ...["broken", "numbers", "Bug suggestions", "text_log_summary"],
        ]);
        const [artifact] = view.artifacts;
        expect(artifact?.["resource_uri"]).toBe(`${PROJECT}/artifact/${artifact?.["id"]}/`);
        expect(view).toHaveProperty("machine_id");
        expect(view).not.toHaveProperty("job_group_id");
      });

      it("is identified by the last of several numbers", async () => {
        const logRows = await read(`${PROJECT}/job-log-url/?job_id=17&job_id=${failed}`);
        expect(column(logRows, "name")).toEqual(["buildbot_text"]);
      });

      it("lists its logs with job-log-url, without passwords", async () => {
        expect(await read(`${PROJECT}/job-log-url/?job_id=${failed}`)).toMatchObject([
          { id: expect.any(Number), name: "buildbot_text", parse_status: "parsed" },
        ]);
        const logRows = await read(`${PROJECT}/job-log-url/?job_id=${plain}`);
        expect(logRows).toMatchObject([{ url: expect.stringContaining("user:***@") }, { name: "gone" }, {}]);
        expect(await read(`${PROJECT}/job-log-url/?job_id=17`)).toEqual([]);
      });

      it("has a summary if its log was read here, but not if a summary was submitted", async () => {
        const view = await read<Row>(`${PROJECT}/jobs/${failed}/text_log_summary/`);
        expect(view).toMatchObject({
          ...{
            job_guid: "failed/0",
            repository: "proj",
            bug_suggestions: [{ search: "one" }, { search: "two" }],
          },
          lines: [
            { line: "one", line_number: 1, failure_line: null, bug_number: null, bug: null, verified: false },
            { line: "two", line_number: 2, summary: view["id"] },
          ],
        });
        const summary = await read(`${PROJECT}/artifact/${view["text_log_summary_artifact_id"]}/`);
        expect(summary).toMatchObject({ job_id: failed, name: "text_log_summary" });
        expect(await get(`${PROJECT}/jobs/${plain}/text_log_summary/`)).toMatchObject({
          status: 404,
          body: `No text_log_summary generated for job with id: ${plain}`,
        });
      });

      it("has error lines and bug suggestions, whoever made them", async () => {
        expect(await read(`${PROJECT}/jobs/${plain}/text_log_errors/`)).toMatchObject([
          { job: plain, line: "boom", line_number: 7 },
        ]);
        expect(await read(`${PROJECT}/jobs/${plain}/bug_suggestions/`)).toMatchObject([{ search: "boom" }]);
        expect(await read(`${PROJECT}/jobs/${running}/text_log_errors/`)).toEqual([]);
        expect(await read(`${PROJECT}/jobs/${running}/bug_suggestions/`)).toEqual([]);
      });

      it("is similar to jobs with the same name, platform and options", async () => {
        const similar = (await list(`${PROJECT}/jobs/${plain}/similar_jobs/`)).results;
        expect(column(similar, "job_guid")).toEqual(["skeleton/0"]);
        expect((await list(`${PROJECT}/jobs/${running}/similar_jobs/?count=5`)).results).toEqual([]);
      });
    });

    describe("artifacts", () => {
      const names = async (query: string): Promise<unknown[]> =>
        column(await read(`${PROJECT}/artifact/?${query}`), "name");

      it("are listed with the latest first; blobs are parsed if they are JSON", async () => {
        expect(await read(`${PROJECT}/artifact/?job_id=${plain}`)).toEqual([
          { id: expect.any(Number), job_id: plain, name: "text", type: "text", blob: '"as it is"' },
          {
            ...{ id: expect.any(Number), job_id: plain, name: "Bug suggestions", type: "json" },
            blob: expect.any(Array),
          },
          {
            ...{ id: expect.any(Number), job_id: plain, name: "text_log_summary", type: "json" },
            blob: expect.any(Object),
          },
        ]);
      });

      it.each([
        [`job_id=${failed}&name=numbers`, ["numbers"]],
        [`job_id=${failed}&name__in=numbers,broken`, ["broken", "numbers"]],
        [`job_id=${failed}&type=json`, ["numbers", "Bug suggestions", "text_log_summary"]],
        [`job_id__in=${failed},${plain}&name=text_log_summary`, ["text_log_summary", "text_log_summary"]],
        [`job_id=${failed}&count=1&offset=1`, ["numbers"]],
        ["job_guid=plain/0&name=text", ["text"]],
        [`job_id=${plain}&name=performance_data`, []],
        [`job_id=${failed}&name=Job Info`, []],
        ["job_id=17", []],
      ])("%s", async (query, found) => {
        expect(await names(query)).toEqual(found);
      });

      it("keep all digits of their numbers, and a text that is not JSON stays a text", async () => {
        const { text } = await get(`${PROJECT}/artifact/?job_id=${failed}&name=numbers`);
        expect(text).toContain(`"blob":${LARGE}`);
        expect(await read(`${PROJECT}/artifact/?job_id=${failed}&name=broken`)).toMatchObject([
          { blob: "{not json" },
        ]);
      });

      it("are found by their numbers, and each has another one", async () => {
        const listed = await read(`${PROJECT}/artifact/?job_id__in=${failed},${plain}&count=1000`);
        const ids = column(listed, "id");
        expect(new Set(ids).size).toBe(7);
        for (const each of listed) expect(await read(`${PROJECT}/artifact/${each["id"]}/`)).toEqual(each);
        expect(await read(`${PROJECT}/artifact/?id=${ids[0]}`)).toEqual([listed[0]]);
      });
    });

    describe("job details", () => {
      it("are listed with their content type", async () => {
        const { count, next, previous, results } = await list("/api/jobdetail/?job_guid=failed/0");
        expect({ count, next, previous }).toEqual({ count: results.length, next: null, previous: null });
        expect(results).toContainEqual({
          ...{ job_id: failed, job_guid: "failed/0", title: "see", value: "here" },
          ...{ url: "http://artifacts.example/1", content_type: "link" },
        });
        expect((await list(`/api/jobdetail/?job_id__in=${failed}&repository=proj`)).results).toEqual(results);
        expect((await list(`/api/jobdetail/?job_id=${failed}&repository=other`)).count).toBe(0);
        expect((await list(`/api/jobdetail/?job_id=${failed}&title=see`)).results).toHaveLength(1);
        const page = await list("/api/jobdetail/?job_guid=failed/0&limit=1");
        expect(page).toMatchObject({ count, results: [results[0]] });
        const second = await list(following(page.next));
        expect(second.results).toEqual([results[1]]);
        const links = await list("/api/jobdetail/?job_guid=failed/0&content_type=link");
        expect(column(links.results, "content_type")).toEqual(["link"]);
        const nothing = await list("/api/jobdetail/?job_guid=failed/0&limit=0");
        expect(nothing).toMatchObject({ count, results: [], next: null });
      });
    });

    describe("logslice", () => {
      const slice = (query: string) => get(`${PROJECT}/logslice/?${query}`);

      it("returns lines of a log, gzip or not, with their line feeds", async () => {
        expect((await slice(`job_id=${failed}&start_line=1&end_line=9`)).body).toEqual([
          { text: "second\n", index: 1 },
          { text: "third", index: 2 },
        ]);
        expect((await slice(`job_id=${failed}&start_line=0&end_line=1&name=buildbot_text`)).body).toEqual([
          { text: "first\n", index: 0 },
        ]);
        expect((await slice(`job_id=${plain}&start_line=0&end_line=5&name=plain`)).body).toEqual([
          { text: "only one line\n", index: 0 },
        ]);
        const uncut = await slice(`job_id=${plain}&start_line=0&end_line=5&name=${"l".repeat(60)}`);
        expect(uncut.body).toEqual([{ text: "only one line\n", index: 0 }]);
        expect(host.requests.filter((head) => head.includes("log.txt.gz"))).toHaveLength(1);
      });

      it.each([
        [
          `job_id=${failed}&start_line=1`,
          400,
          "``start_line`` and ``end_line`` parameters are both required",
        ],
        [`job_id=${failed}&start_line=2&end_line=2`, 400, /larger/],
        [`job_id=${failed}&start_line=x&end_line=2`, 400, /whole number/],
        ["start_line=1&end_line=2", 400, /job_id/],
        ["job_id=17&start_line=1&end_line=2", 404, "No job with id: 17"],
        [`job_id=${plain}&start_line=1&end_line=2`, 404, /no such log/],
        [`job_id=${failed}&start_line=1&end_line=2&name=other`, 404, /no such log/],
        [`job_id=${plain}&start_line=1&end_line=2&name=gone`, 502, /HTTP 404/],
      ])("%s: %i", async (query, status, words) => {
        const { status: given, body } = await slice(query);
        expect(given).toBe(status);
        expect(typeof body === "string" ? body : (body as Row)["detail"]).toEqual(
          expect.stringMatching(words),
        );
      });
    });

    describe("pushes", () => {
      const revisions = async (query: string): Promise<string[]> =>
        column((await list(`${PROJECT}/resultset/?${query}`)).results, "revision").map(
          (each) => String(each)[0] ?? "",
        );

      it("have all members that readers know, and their revisions with the top one first", async () => {
        const { results, meta } = await list(`${PROJECT}/resultset/?revision=${B}`);
        const row = { author: "dev@b", repository_id: numberOf("repo"), result_set_id: pushId };
        expect(results).toEqual([
          {
            ...{
              id: pushId,
              revision_hash: B,
              push_timestamp: 1_400_000_000,
              repository_id: numberOf("proj"),
            },
            ...{ revision: B, author: "dev@b", revision_count: 2, comments: "about b" },
            revisions: [
              { ...row, revision: B, comments: "about b" },
              { ...row, revision: A, comments: "about a" },
            ],
            revisions_uri: `${PROJECT}/resultset/${pushId}/revisions/`,
          },
        ]);
        expect(meta).toEqual({
          ...{ revision: B, count: 1, repository: "proj", filter_params: { revision: B } },
        });
        const brief = await list(`${PROJECT}/resultset/?revision=${B}&full=false`);
        expect(brief.results[0]).not.toHaveProperty("revisions");
        expect(brief.results[0]).not.toHaveProperty("comments");
      });

      it.each([
        ["", ["f", "e", "b"]],
        ["count=1&offset=1", ["e"]],
        ["count=2000", ["f", "e", "b"]],
        ["count=0", []],
        [`revision=${A}`, ["b"]],
        [`revision=${A.slice(0, 12)}`, ["b"]],
        [`revision=${C}`, []],
        [`revision=${B}&revision=${"e".repeat(12)}`, ["e"]],
        [`revision__in=${A},${"e".repeat(12)}`, ["e", "b"]],
        [`revision__ne=${A}`, ["f", "e"]],
        [`revision__nin=${A.slice(0, 12)},${"e".repeat(40)},unknown`, ["f"]],
        [`revision__gte=${"e".repeat(40)}`, ["f", "e"]],
        ["revision_count__gt=2", ["e"]],
        ["revision=unknown", []],
        [`fromchange=${"e".repeat(12)}`, ["f", "e"]],
        [`tochange=${"e".repeat(12)}`, ["e", "b"]],
        ["fromchange=unknown", []],
        ["startdate=2014-05-15", ["f"]],
        ["enddate=2014-05-14", ["e", "b"]],
        ["startdate=2014-05-14&enddate=2014-05-14", ["e"]],
        ["startdate=2014-05-14T22:40:00+02:00&enddate=2014-05-14T22:40:00%2B02:00", ["e"]],
        ["author=dev@b", ["f", "b"]],
        ["author__ne=dev@b", ["e"]],
        ["push_timestamp__gt=1400100000", ["f"]],
        [`id=${pushId}`, ["b"]],
        [`id__in=${pushId},${skeletonId}`, ["b"]],
      ])("%s", async (query, found) => {
        expect(await revisions(query)).toEqual(found);
      });

      it("show twenty revisions if they are long, and all of them at an address of their own", async () => {
        const [push = {}] = (await list(`${PROJECT}/resultset/?revision=${"e".repeat(40)}`)).results;
        expect(push["revision_count"]).toBe(26);
        expect(push["revisions"]).toHaveLength(20);
        expect(await read(String(push["revisions_uri"]))).toHaveLength(26);
      });

      it("are found by their numbers, including a skeleton", async () => {
        expect(await read(`${PROJECT}/resultset/${pushId}/`)).toMatchObject({ id: pushId, revision: B });
        expect(await read(`${PROJECT}/resultset/${skeletonId}/`)).toMatchObject({
          revision: C,
          revision_count: 0,
        });
      });

      it("have their jobs counted by state or result", async () => {
        expect(await read(`${PROJECT}/resultset/${pushId}/status/`)).toEqual({
          testfailed: 1,
          success: 1,
          coalesced: 1,
        });
      });

      it("have today's names in the list in today's format", async () => {
        const { results } = await list(`${PROJECT}/push/?revision=${B}`);
        expect(results).toMatchObject([
          { id: pushId, revision: B, author: "dev@b", revisions: [{ revision: B }, { revision: A }] },
        ]);
        for (const no of ["false", "False"]) {
          const brief = await list(`${PROJECT}/push/?author=dev@b&count=1&full=${no}`);
          expect(brief.results).toHaveLength(1);
          expect(brief.results[0]).not.toHaveProperty("revisions");
        }
      });
    });

    describe("lists of the whole site", () => {
      it("include summaries of logs that were read here, and their lines", async () => {
        const { results, next, previous } = await list("/api/text-log-summary/");
        expect([next, previous]).toEqual([null, null]);
        expect(results).toEqual([await read(`${PROJECT}/jobs/${failed}/text_log_summary/`)]);
        expect((await list("/api/text-log-summary-line/")).results).toEqual(results[0]?.["lines"]);
      });

      it("include option collections, repositories and classifications", async () => {
        const options = await read("/api/optioncollectionhash/");
        expect(options).toContainEqual({
          option_collection_hash: (await read<Row>(`${PROJECT}/jobs/${failed}/`))["option_collection_hash"],
          options: [{ name: "e10s" }, { name: "opt" }],
        });
        // Another test stores a second project.
        const repositories = await read("/api/repository/");
        expect(repositories.filter((each) => each["name"] === "proj")).toMatchObject([
          { id: numberOf("proj"), name: "proj", active_status: "active", repository_group: { name: "" } },
        ]);
        expect((await read("/api/failureclassification/"))[0]).toEqual({
          ...{ id: 1, name: "not classified", description: "" },
        });
      });

      it.each(["product", "jobgroup", "buildplatform", "jobtype", "machine", "machineplatform"])(
        "%s is empty",
        async (list) => {
          expect(await read(`/api/${list}/`)).toEqual([]);
        },
      );
    });

    describe("requests that get an error", () => {
      it.each([
        [
          `${PROJECT}/jobs/?count=2001`,
          400,
          { error: "Specified count exceeds API MAX_JOBS_COUNT value: 2000" },
        ],
        [`${PROJECT}/resultset/?count=1001`, 400, { error: "Specified count exceeds api limit: 1000" }],
        [`${PROJECT}/artifact/?job_id=1&count=1001`, 400, { error: expect.stringContaining("1000") }],
        [`${PROJECT}/jobs/?count=-1`, 400, { detail: "count must be a whole number" }],
        [`${PROJECT}/jobs/?offset=1e3`, 400, { detail: "offset must be a whole number" }],
        [
          `${PROJECT}/resultset/?revision__like=x`,
          400,
          { detail: expect.stringContaining("unknown operator") },
        ],
        [`${PROJECT}/jobs/?state__like=x`, 400, { detail: expect.stringContaining("unknown operator") }],
        [
          `${PROJECT}/jobs/?last_modified__gt=yesterday`,
          400,
          { detail: expect.stringContaining("must be a time") },
        ],
        [
          `${PROJECT}/resultset/?startdate=yesterday`,
          400,
          { detail: expect.stringContaining("must be a date") },
        ],
        [`${PROJECT}/artifact/`, 400, { detail: "add one of these filters: job_id, job_guid, id" }],
        ["/api/jobdetail/", 400, { detail: expect.stringContaining("job_guid") }],
        ["/api/jobdetail/?repository=proj", 400, { detail: expect.stringContaining("job_guid") }],
        [
          "/api/jobs/",
          400,
          { detail: expect.stringContaining("id, job_guid, task_id, result_set_id, push_id") },
        ],
        ["/api/text-log-summary/?cursor=strange", 400, { detail: expect.stringContaining("cursor") }],
        [`${PROJECT}/job-log-url/`, 400, { detail: "The job_id parameter is mandatory for this endpoint" }],
        [`${PROJECT}/job-log-url/?job_id=x`, 400, { detail: "The job_id parameter must be an integer" }],
        [`${PROJECT}/jobs/17/`, 404, "No job with id: 17"],
        [`${PROJECT}/jobs/x/`, 404, "No job with id: x"],
        [`/api/project/other/jobs/${failed}/`, 404, { detail: "No project with name other" }],
        ["/api/project/__proto__/jobs/", 404, { detail: "No project with name __proto__" }],
        [`${PROJECT}/artifact/17/`, 404, "job_artifact 17 not found"],
        [`${PROJECT}/resultset/17/`, 404, "No resultset with id: 17"],
        [`${PROJECT}/jobs`, 404, expect.anything()],
        ["/api/repository", 404, expect.anything()],
        [`${PROJECT}/nothing/`, 404, expect.anything()],
      ])("%s: %i", async (path, status, body) => {
        const answer = await get(path);
        expect([answer.status, answer.body]).toEqual([status, body]);
      });

      it("a job of another project is not found in this one", async () => {
        const resultSet = { revision: A, push_timestamp: 1, revisions: [] };
        const { received_at } = anArrival();
        await store.storeResultSets([{ project: "elsewhere", resultSet, received_at }]);
        expect(await get(`/api/project/elsewhere/jobs/${failed}/`)).toMatchObject({ status: 404 });
        expect((await list(`/api/project/elsewhere/jobs/?result_set_id=${pushId}`)).results).toEqual([]);
        expect(await get(`/api/project/elsewhere/resultset/${pushId}/`)).toMatchObject({ status: 404 });
      });

      it("an unavailable store gets 503, with the time to retry", async () => {
        isAway = true;
        const reply = await fetch(`${server.url}${PROJECT}/jobs/`);
        isAway = false;
        expect(reply.status).toBe(503);
        expect(reply.headers.get("retry-after")).toBe("5");
        expect(await reply.json()).toEqual({ detail: "The database cannot be reached. Try again later." });
      });

      it("every path only reads, and ends with a slash", async () => {
        expect(readRoutes.filter(({ path }) => !/^\/api\/.*\/$/.test(path))).toEqual([]);
        const { status } = await fetch(`${server.url}${PROJECT}/resultset/`, { method: "DELETE" });
        expect(status).toBe(405);
      });
    });
  });
}

readApi("sqlite", () => ({ mongodbUrl: null, remove: async () => undefined }));

mongodb.describe(`on ${mongodb.name}`, () => {
  readApi("mongodb", () => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/read-api-${randomUUID()}`;
    return {
      mongodbUrl: url.href,
      async remove() {
        const client = new MongoClient(url.href);
        await client.db().dropDatabase();
        await client.close();
      },
    };
  });
});
