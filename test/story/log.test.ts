import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { openStore } from "../../src/store/open-store.ts";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { runCli } from "../cli/run-cli.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { answer, type Behaviour, endless, type LogHost, startLogHost } from "../doubles/log-host.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

/** The store of a story's worker. */
interface Place {
  readonly env: NodeJS.ProcessEnv;
  open(): Promise<Store>;
  /** From now on, the worker's writes fail because the store is unavailable. */
  goAway(): void;
  comeBack(): void;
  close(): Promise<void>;
}

async function inFile(folder: string): Promise<Place> {
  let locker: Database.Database | null = null;
  return {
    env: { DATA_DIR: folder, MONGODB_URL: "" },
    open: () => openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 }),
    goAway() {
      locker = new Database(join(folder, "pulse-ingest.db"));
      locker.exec("BEGIN IMMEDIATE");
    },
    comeBack() {
      locker?.close();
      locker = null;
    },
    async close() {
      locker?.close();
    },
  };
}

async function inMongodb(folder: string, url: string): Promise<Place> {
  const direct = new URL(url);
  direct.pathname = `/log_story_${randomUUID().slice(0, 8)}`;
  const proxy = await startCutProxy(Number(direct.port));
  const proxied = new URL(direct);
  proxied.port = String(proxy.port);
  return {
    env: { DATA_DIR: folder, MONGODB_URL: proxied.href },
    open: () => openStore({ mongodbUrl: direct.href, dataDir: folder, rejectionTtlDays: 30 }),
    goAway: proxy.cut,
    comeBack: proxy.restore,
    close: proxy.close,
  };
}

/** The same stories for each store. */
const places: [string, typeof broker.describe, (folder: string) => Promise<Place>][] = [
  ["SQLite", describe, inFile],
  [mongodb.name, mongodb.describe, (folder) => inMongodb(folder, mongodb.server().url)],
];

const log = [
  "fatal error: boom",
  "TEST-UNEXPECTED-FAIL | a/test_foo.js | x",
  "TinderboxPrint: built: yes",
  'PERFHERDER_DATA: {"framework":{"name":"x"},"suites":[]}',
].join("\n");
const made = ["Bug suggestions", "Job Info", "performance_data", "text_log_summary"];

// A short lease, so that a dead worker's log is taken over soon.
const short = { LOG_ALLOW_PRIVATE: "true", LOG_TIMEOUT_MS: "4000", LOG_LEASE_MS: "5000" };
// A worker needs some time to notice that its store is unavailable.
const longer = { LOG_TIMEOUT_MS: "14000", LOG_LEASE_MS: "15000" };
// Long timeouts, so that the host can keep the worker waiting.
const patient = { LOG_TIMEOUT_MS: "90000", LOG_LEASE_MS: "100000" };

for (const [name, suite, findPlace] of places) {
  suite(`with ${name}`, () =>
    broker.describe(`a log of a job, on ${broker.name}`, () => {
      let story: WorkerStory;
      let place: Place;
      let host: LogHost;
      const others: LogHost[] = [];
      /** The host's present behaviour. */
      let behave: Behaviour;
      beforeEach(async () => {
        story = await WorkerStory.on(broker.server().url);
        place = await findPlace(story.folder);
        host = await startLogHost({ "/log": (socket, request) => behave(socket, request) });
        behave = answer(gzipSync(log));
      });
      afterEach(async () => {
        await story.end();
        await place.close();
        for (const one of [host, ...others.splice(0)]) await one.close();
      });

      const start = (env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> =>
        story.start({ ...place.env, ...short, ...env });

      const publishJob = (): Promise<void> =>
        story.publish(aMessage({ logs: [{ name: "buildbot_text", url: `${host.url}/log` }] }));

      async function untilJob(isSo: (view: JobView) => boolean): Promise<JobView> {
        const store = await place.open();
        try {
          return await until(async () => {
            const view = await store.findJob("try", "guid/0");
            return view !== null && isSo(view) && view;
          });
        } finally {
          await store.close();
        }
      }

      const isParsed = ({ logs }: JobView): boolean => logs[0]?.parse_status === "parsed";

      async function untilRequests(count: number): Promise<void> {
        await until(() => host.requests.length >= count, `${count} requests`);
      }

      /** Expects that the log has been read, and that each of its artifacts exists once. */
      async function expectRead(): Promise<void> {
        const view = await untilJob(isParsed);
        expect(view.artifacts.toSorted()).toEqual(made);
        const store = await place.open();
        expect(await store.countDocuments()).toMatchObject({ jobs: 1, artifacts: made.length });
        const [known] = await store.findJobsByGuid("guid/0");
        expect(known?.artifacts.map(({ made_by }) => made_by)).toEqual(made.map(() => ["log"]));
        const summary = await store.findArtifact("try", "guid/0", "text_log_summary");
        expect(JSON.parse(summary?.blob ?? "")).toMatchObject({
          logurl: `${host.url}/log`,
          step_data: {
            all_errors: [{ line: "fatal error: boom" }, { line: expect.stringContaining("test_foo") }],
          },
        });
        await store.close();
      }

      it("becomes artifacts, and the job's state is visible before its log is read", async () => {
        let goOn = (): void => undefined;
        behave = (socket, request) => {
          goOn = () => answer(gzipSync(log))(socket, request);
        };
        const worker = await start(patient);
        await publishJob();
        await untilRequests(1);
        const before = await untilJob(() => true);
        expect(before.job.state).toBe("completed");
        expect(before.artifacts).toEqual([]);
        expect(before.logs).toMatchObject([{ parse_status: "pending", failure: null }]);
        goOn();
        await expectRead();
        expect(await worker.stop()).toBe(0);
        expect(await (await start()).stop()).toBe(0);
        // The next worker does not fetch it again.
        expect(host.requests).toHaveLength(1);
      });

      it("is read by the next worker when one is killed before it has stored the artifacts", async () => {
        let goOn = (): void => undefined;
        behave = (socket, request) => {
          goOn = () => answer(gzipSync(log))(socket, request);
        };
        const worker = await start(longer);
        await publishJob();
        await untilRequests(1);
        place.goAway();
        goOn();
        await worker.untilEvent("artifacts_wait_for_store");
        await worker.kill();
        place.comeBack();
        expect((await untilJob(() => true)).artifacts).toEqual([]);
        behave = answer(gzipSync(log));
        await start();
        await expectRead();
      });

      // The rest does not depend on the store.
      if (findPlace !== inFile) return;

      it("is read by the next worker when one is killed while it fetches", async () => {
        behave = () => undefined;
        const worker = await start();
        await publishJob();
        await untilRequests(1);
        await worker.kill();
        behave = answer(gzipSync(log));
        await start();
        await expectRead();
      });

      it("is read by the next worker when one is killed while it parses", async () => {
        const large = Buffer.from(
          `${"just one line of many, and nothing in it that matters\n".repeat(400_000)}`,
        );
        let isUnderWay = false;
        behave = (socket) => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2 * large.length}\r\n\r\n`);
          // The worker has received everything except what the sockets hold. The rest never arrives.
          socket.write(large, () => {
            isUnderWay = true;
          });
        };
        const worker = await start();
        await publishJob();
        while (!isUnderWay) await new Promise((resolve) => setTimeout(resolve, 5));
        await worker.kill();
        behave = answer(gzipSync(log));
        await start();
        await expectRead();
      });

      it("does not wait for other hosts' logs, even if there are many and their host is dead or slow", async () => {
        const dead = await startLogHost({ "/log": () => undefined }, "127.0.0.2");
        const slow = await startLogHost({ "/log": endless(Buffer.from("x\n"), 20) }, "127.0.0.3");
        others.push(dead, slow);
        await start({ LOG_THREADS: "3", LOGS_PER_HOST: "1", ...patient });
        const ofHost = ({ url }: LogHost, nth: number) =>
          aMessage({ taskId: `${nth}`, logs: [{ name: "buildbot_text", url: `${url}/log` }] });
        await story.publish(...Array.from({ length: 20 }, (_, nth) => ofHost(nth < 10 ? dead : slow, nth)));
        while (dead.requests.length + slow.requests.length < 2) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await publishJob();
        const view = await untilJob(isParsed);
        expect(view.artifacts.toSorted()).toEqual(made);
        // Both are still at their first log.
        expect([dead.requests.length, slow.requests.length]).toEqual([1, 1]);
        expect([dead.open(), slow.open()]).toEqual([1, 1]);
      });

      it("that is gone is given up immediately, `logs list` says why, and it is parsed again after its host was fixed", async () => {
        behave = answer("", "404 Not Found");
        await start();
        await publishJob();
        const view = await untilJob(({ logs }) => logs[0]?.parse_status === "failed");
        expect(view.artifacts).toEqual([]);
        const { code, stdout } = await runCli(["logs", "list", "--status", "failed"], place.env);
        expect(code).toBe(0);
        expect(stdout).toMatch(
          /^failed +1 .* - +try +guid\/0 +buildbot_text .*\/log +http-status: HTTP 404 /m,
        );
        expect(host.requests).toHaveLength(1);
        behave = answer(gzipSync(log));
        expect(await runCli(["logs", "reparse", "--job", "guid/0"], place.env)).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/^1 log /),
        });
        await expectRead();
      });
    }));
}
