import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import * as z from "zod";
import { runCli } from "../cli/run-cli.ts";
import { answer, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { findTreeherderClient, treeherderVersions } from "../servers/python-clients.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { WorkerProcess } from "../servers/worker-process.ts";

jest.setTimeout(180_000);

const results = z.record(z.string(), z.json());
const folder = mkdtempSync(join(tmpdir(), "python-clients-"));
const log = gzipSync("all is well\nTEST-UNEXPECTED-FAIL | a/test_foo.js | it broke\n");
let logHost: LogHost;
let worker: WorkerProcess;
let serverUrl = "";
let secret = "";

/** Posting over REST needs no broker, and the worker serves it while its broker is unavailable. */
const env = { DATA_DIR: folder, AMQP_URL: "amqp://guest:guest@127.0.0.1:1", LOG_ALLOW_PRIVATE: "true" };

beforeAll(async () => {
  logHost = await startLogHost({ "/log": answer(log) });
  const registry = join(folder, "exchanges.yml");
  writeFileSync(
    registry,
    "exchanges:\n  - exchange: exchange/guest/jobs\n    destinations: [a]\n    projects: ['#']\n",
  );
  const made = await runCli(["credentials", "add", "python", "--project", "py-*", "--json"], env);
  secret = z.object({ secret: z.string() }).parse(JSON.parse(made.stdout)).secret;
  worker = new WorkerProcess({ ...env, REGISTRY_FILE: registry });
  const listening = await worker.untilEvent("public_listening");
  serverUrl = z.string().parse(listening["url"]);
});
afterAll(async () => {
  await worker.kill();
  await logHost.close();
  rmSync(folder, { recursive: true });
});

const rejected = (pointer: string) => ({
  outcome: "rejected",
  errors: [{ pointer, message: expect.any(String) }],
});
const verdict = (index: number, outcome: string) => ({ index, outcome, errors: [] });
/** The answer to a collection with these outcomes. */
const ended = (message: string, ...outcomes: readonly string[]) => ({
  status: 200,
  body: { message, results: outcomes.map((outcome, index) => verdict(index, outcome)) },
});
const jobs = (...outcomes: readonly string[]) => ended("Job successfully updated", ...outcomes);
const artifacts = (...outcomes: readonly string[]) => ended("Artifacts stored successfully", ...outcomes);
const pushes = (...resultsets: readonly object[]) => ({
  status: 200,
  body: {
    message: "well-formed JSON stored",
    resultsets,
    results: resultsets.map((_, n) => verdict(n, "stored")),
  },
});
const repeated = (letter: string, length: number) => letter.repeat(length);
const TOP = repeated("a", 40);

for (const version of treeherderVersions) {
  const python = await serverOrSkip(() => findTreeherderClient(version));
  const project = `py-${version.replaceAll(".", "")}`;

  async function run(program: string, ...more: readonly string[]): Promise<z.infer<typeof results>> {
    const path = fileURLToPath(new URL(`../python/${program}`, import.meta.url));
    const printed = await python.server().run(path, [serverUrl, "python", secret, project, ...more]);
    return results.parse(JSON.parse(printed));
  }

  python.describe(`${python.name}, unchanged except for the server's URL`, () => {
    it("posts every form of the publishers' document", async () => {
      const posted = await run("post-collections.py", `${logHost.url}/log`);
      expect(posted).toMatchObject({
        result_set_by_methods: pushes({
          id: expect.any(Number),
          short_revision: repeated("a", 12),
          long_revision: TOP,
          push_timestamp: 1_387_221_298,
        }),
        ready_made_result_set: pushes({ short_revision: repeated("c", 12) }),
        job_by_methods: [jobs("stored"), jobs("unchanged")],
        ready_made_jobs_in_each_state: [jobs("stored"), jobs("stored"), jobs("stored"), jobs("unchanged")],
        chunks: [jobs("stored", "stored", "stored"), jobs("stored", "stored", "stored"), jobs("stored")],
        coalesced_job: jobs("stored"),
        log_with_summary: jobs("stored"),
        log_with_summary_and_suggestions: jobs("stored"),
        custom_log_name: jobs("stored"),
        artifact_by_methods: [artifacts("stored"), artifacts("unchanged")],
        artifacts_with_suggestions: artifacts("stored", "stored"),
        good_and_bad_items: {
          status: 200,
          body: { results: [verdict(0, "stored"), rejected("/job/name"), verdict(2, "stored")] },
        },
        artifact_of_unknown_job: { status: 400, body: { results: [rejected("/job_guid")] } },
        deprecated_forms: {
          answers: [pushes({ revision_hash: repeated("e", 40) }), jobs("stored")],
          warnings: expect.arrayContaining([
            expect.stringContaining("host"),
            expect.stringContaining("add_revision"),
          ]),
        },
      });
    });

    it("reads back what was posted, and what the server made of it", async () => {
      const read = await run("read-back.py");
      expect(read).toMatchObject({
        suggestions: {
          "parsed/0": ["TEST-UNEXPECTED-FAIL | test_a.js | it broke"],
          "suggested/0": ["mine"],
          "custom/0": ["TEST-UNEXPECTED-FAIL | test_a.js | it broke"],
          "chunk/0": ["TEST-UNEXPECTED-FAIL | test_a.js | it broke"],
          "chunk/1": ["mine"],
          "methods/0": ["TEST-UNEXPECTED-FAIL | a/test_foo.js | it broke"],
        },
        summary: { step_data: { all_errors: [{ linenumber: 1 }] } },
        result_set: [
          { revision: TOP, author: "dev@example.org", revision_count: 2, push_timestamp: 1_387_221_298 },
        ],
        job: {
          ...{
            job_type_name: "mochitest-1",
            job_type_symbol: "1",
            job_group_name: "Mochitest",
            job_group_symbol: "M",
          },
          ...{
            state: "completed",
            result: "testfailed",
            reason: "scheduler",
            who: "dev@example.org",
            tier: 2,
          },
          ...{
            submit_timestamp: 1_387_221_298,
            start_timestamp: 1_387_221_345,
            end_timestamp: 1_387_222_817,
          },
          ...{ machine_name: "worker-7", platform: "linux64", build_platform: "linux64" },
          ...{ build_os: "linux", build_architecture: "x86_64" },
          platform_option: expect.stringMatching(/^(debug pgo|pgo debug)$/),
        },
        jobs_of_push: 15,
        coalesced: { job_coalesced_to_guid: "methods/0" },
        build_number: "1724442618569203714",
        logs: {
          "methods/0": [{ name: "buildbot_text", url: `${logHost.url}/log`, parse_status: "parsed" }],
          "custom/0": [{ name: "my_log", url: `${logHost.url}/log`, parse_status: "parsed" }],
        },
        repositories: expect.arrayContaining([project]),
      });
      const sets = z.array(z.looseObject({ revision: z.string() })).parse(read["result_sets"]);
      expect(sets.map(({ revision }) => revision).toSorted()).toEqual([
        TOP,
        repeated("c", 12),
        repeated("d", 40),
      ]);
      expect(read["all_jobs"]).toEqual([
        ...Array.from({ length: 7 }, (_, n) => `chunk/${n}`),
        ...[
          "coalesced/0",
          "custom/0",
          "good/0",
          "good/1",
          "hash/0",
          "methods/0",
          "parsed/0",
          "states/0",
          "suggested/0",
        ],
      ]);
      expect(z.array(z.string()).parse(read["artifacts"]).toSorted()).toEqual([
        ...["Bug suggestions", "privatebuild", "text_log_summary"],
      ]);
      expect(Object.values(z.record(z.string(), z.string()).parse(read["lists"]))).toEqual(
        Array(7).fill("list"),
      );
      const { option_collection_hash: options } = z
        .looseObject({ option_collection_hash: z.string() })
        .parse(read["job"]);
      expect(read["options"]).toMatchObject({
        [options]: expect.arrayContaining([{ name: "pgo" }, { name: "debug" }]),
      });
      if (version === "3.1.0") {
        expect(read["details"]).toMatchObject([
          { job_guid: "methods/0", title: "report", value: "7 of 8", url: "https://ci.example.org/1" },
        ]);
      }
    });

    it("reports what is wrong, in the library's or the server's words", async () => {
      const refusal = (status: number, detail: unknown) => ({ status, body: { detail } });
      const said = await run("misuse-client.py");
      expect(said).toEqual({
        "long revision": expect.stringMatching(
          /^TreeherderJob structure validation errors detected for property:revision\n\tValue length exceeds maximum 40 char limit: a{41}\n/,
        ),
        "job without guid": expect.stringContaining("\tThe required Property, job_guid, is missing\n"),
        "push without author": expect.stringContaining("\tThe required Property, author, is missing\n"),
        "revision without repository": expect.stringContaining(
          "\tThe required Property, repository, is missing\n",
        ),
        "artifact without blob": expect.stringContaining("\tThe required Property, blob, is missing\n"),
        "odd status of a log": expect.stringMatching(
          /^TreeherderJob: Invalid parse_status 'odd': must be one of: /,
        ),
        "no collection": "<class 'list'> should be an instance of TreeherderCollection",
        "no endpoint": "TreeherderClient: collection endpoint_base property not defined",
        "nothing to post": "TreeherderClient: collection data property not defined",
        "wrong secret": refusal(403, "Hawk authentication failed"),
        "unknown id": refusal(403, "No authentication credentials found with id nobody"),
        "no credentials": refusal(403, "Authentication credentials were not provided."),
        "reading with the wrong secret": refusal(403, "Hawk authentication failed"),
        "a name that is not a project": { status: 404, body: expect.anything() },
        "another project": refusal(403, "You do not have permission to perform this action."),
      });
    });
  });
}
