import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { copyDocuments } from "../../src/copy/copy-documents.ts";
import { verifyCopy } from "../../src/copy/verify-copy.ts";
import { type CopySelection, copiedKinds, walkCopies } from "../../src/copy/walk-copies.ts";
import { numberOf } from "../../src/domain/document-numbers.ts";
import { jobId } from "../../src/domain/ids.ts";
import type { Copied } from "../../src/store/ports/copy-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { Arrival } from "../../src/store/ports/submission-store.ts";
import { aClaim, aCredential, anArrival, aRejection, EXCHANGE, overRest } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

export const everything: CopySelection = { project: null, since: null, withCredentials: true };
const early = "2026-01-05T10:00:00.000Z";
const late = "2026-02-05T10:00:00.000Z";
const other = { name: "other", type: "text", blob: "x\u0000é".repeat(9000) };

/** Returns the revision of the push of a job. */
function revisionOf(name: string): string {
  return createHash("sha1").update(name).digest("hex");
}

/** Returns a job's message that arrives at this time, for a push of its own. */
export function job(name: string, state: string, received_at = early, more: object = {}): Arrival {
  const origin = { kind: "hg.mozilla.org", project: "try", revision: revisionOf(name) };
  return { ...anArrival({ taskId: `${name}/0`, state, origin, ...more }), received_at };
}

/** Returns a job as a client posts it over REST. */
function posted(guid: string, state: string, more: object = {}): Arrival {
  const arrival = job("posted", state, early, more);
  const { submission } = arrival;
  return overRest({ ...arrival, submission: { ...submission, job: { ...submission.job, job_guid: guid } } });
}

/** Fills a store with a document of every kind, jobs in all states and work in all states. */
export async function fillStore(store: Store): Promise<void> {
  const logs = [
    { name: "buildbot_text", url: "http://logs.example/1" },
    { name: "live", url: "http://logs.example/2" },
  ];
  const summary = { name: "text_log_summary", type: "json", blob: { errors: [] } };
  const parts = { logs, coalesced: ["gone/0"], labels: ["opt"], extra: { artifacts: [summary] } };
  await store.storeSubmissions([
    job("done", "completed", early, { ...parts, jobInfo: { summary: "one" } }),
    job("waits", "running", early, {
      logs: [logs[0], { ...logs[0], name: "builds-4h" }],
      extra: { artifacts: [other] },
    }),
    job("new", "pending", late),
    { ...job("done", "completed", late), received_at: late },
    anArrival({ origin: { kind: "hg.mozilla.org", project: "other", revision: "c".repeat(40) } }),
  ]);
  const [item] = await store.claimWork(aClaim());
  if (item === undefined) throw new Error("a log is to be read");
  await store.failWork(item, { reason: "404", next_attempt_at: null, marksFailed: true });
  await store.claimWork(aClaim({ limit: 1 }));
  await store.storeResultSets([
    {
      project: "try",
      received_at: early,
      resultSet: {
        ...{ revision: revisionOf("new"), push_timestamp: 1_770_285_600, author: "me@example.org" },
        revisions: [{ revision: revisionOf("new"), author: "me", comment: "a\u0000b", repository: "try" }],
      },
    },
  ]);
  await store.recordRejections([
    aRejection("a", { quota: EXCHANGE, exchange: EXCHANGE, project: "try" }),
    aRejection("b", { project: "other", route: { origin: "rest", client_id: "c", endpoint: "/api" } }),
  ]);
  const bindings = ["a.try", "b.try"].map((routing_key) => ({ exchange: EXCHANGE, routing_key }));
  for (const by of ["host.example-1", "host.example-2"]) {
    await store.noteBindings("queue/u/q", bindings, { by, at: early });
  }
  await store.releaseBindings("queue/u/q", bindings.slice(0, 1), "host.example-1");
  await store.enterSuspects(["suspect"]);
  await store.addCredential(aCredential({ projects: ["try"] }));
  const ts = Math.floor(Date.now() / 1000);
  const counted = { group: "g", limit: 9 };
  await store.useNonce({ client_id: "client", nonce: "n", ts, at: Date.now(), counted });
}

/** Returns everything that is copied, by kind and names. */
export async function copiesOf(store: Store, selection: CopySelection = everything): Promise<Copied[]> {
  const all: Copied[] = [];
  for await (const documents of walkCopies(store, selection)) all.push(...documents);
  return all;
}

const silent = (): void => undefined;

/** Tests what every store promises about copies. */
export function copyContract(name: string, openEmpty: OpenEmpty): void {
  describe(`copies from and to the ${name} store`, () => {
    let databases: readonly [Database, Database];
    let source: Store;
    let target: Store;
    beforeEach(async () => {
      databases = [await openEmpty(), await openEmpty()];
      [source, target] = [await databases[0].open(), await databases[1].open()];
      await fillStore(source);
    });
    afterEach(async () => {
      await Promise.all([source.close(), target.close()]);
      await Promise.all(databases.map((database) => database.remove()));
    });

    it("every kind is read", async () => {
      const kinds = new Set((await copiesOf(source)).map(({ kind }) => kind));
      expect([...kinds].toSorted()).toEqual(copiedKinds(everything).toSorted());
    });

    it("an empty store receives everything, once", async () => {
      const first = await copyDocuments(source, target, everything, silent);
      for (const [kind, { documents, written }] of first) expect([kind, written]).toEqual([kind, documents]);
      const again = await copyDocuments(source, target, everything, silent);
      for (const [kind, { written }] of again) expect([kind, written]).toEqual([kind, 0]);
      expect(await target.countDocuments()).toEqual(await source.countDocuments());
      const { differences, kinds } = await verifyCopy(source, target, everything, silent);
      expect(differences).toEqual([]);
      for (const { documents, same, from_sha256, to_sha256 } of kinds.values()) {
        expect([same, to_sha256]).toEqual([documents, from_sha256]);
        expect(documents).toBeGreaterThan(0);
      }
    });

    it("readers see the same in both", async () => {
      await copyDocuments(source, target, everything, silent);
      for (const guid of ["done/0", "waits/0", "new/0", "guid/0"]) {
        const [view] = await source.findJobsByGuid(guid);
        expect(view).toBeDefined();
        expect(await target.findJobsByGuid(guid)).toEqual([view]);
      }
      expect(await target.findArtifact("try", "done/0", "Job Info")).toEqual(
        await source.findArtifact("try", "done/0", "Job Info"),
      );
      const listed = { project: "try", limit: 50 };
      expect(await target.listPushes(listed)).toEqual(await source.listPushes(listed));
      const cells = { result_set: `try/${revisionOf("done").slice(0, 12)}`, limit: 10 };
      const [shown] = await Promise.all([target, source].map((store) => store.listCells(cells)));
      expect(shown?.cells.map(({ cell }) => cell[1])).toEqual(["completed"]);
      expect(await target.listRejections({ limit: 10 })).toEqual(await source.listRejections({ limit: 10 }));
      expect(await target.listCredentials()).toEqual(await source.listCredentials());
      const [there, here] = await Promise.all(
        [target, source].map((store) => store.readBindings("queue/u/q")),
      );
      // Stores may list them in any order.
      expect(new Set(there)).toEqual(new Set(here));
      expect(await target.enterSuspects(["suspect"])).toEqual([2]);
      expect(await target.listOptionCollections(10)).toEqual(await source.listOptionCollections(10));
    });

    it("leased work is free in the copy, and failed work stays failed", async () => {
      await copyDocuments(source, target, everything, silent);
      const counts = await target.countWork();
      expect(counts).toEqual(await source.countWork());
      expect(counts.logs).toEqual({ pending: 1, failed: 1 });
      expect(await target.claimWork(aClaim({ limit: 5 }))).toHaveLength(1);
    });

    it("a used nonce is also used in the copy", async () => {
      await copyDocuments(source, target, everything, silent);
      const [nonce] = (await copiesOf(source)).filter((document) => document.kind === "nonce");
      expect(await target.findCopies(nonce === undefined ? [] : [nonce])).toEqual([nonce]);
    });

    it("a job that is further in the target stays, and a job that is further in the source replaces that of the target", async () => {
      await source.storeSubmissions([job("a", "running"), job("b", "completed"), job("c", "running")]);
      await target.storeSubmissions([job("a", "completed"), job("b", "pending"), job("c", "running", late)]);
      const before = await target.findJob("try", "b/0");
      await copyDocuments(source, target, everything, silent);
      const states = await Promise.all(["a", "b", "c"].map((each) => target.findJob("try", `${each}/0`)));
      expect(states.map((view) => view?.job.state)).toEqual(["completed", "completed", "running"]);
      expect(states[1]?.job.version).toBeGreaterThan(before?.job.version ?? 0);
      expect(states[2]?.job.last_modified).toBe(late);
      const { kinds, differences } = await verifyCopy(source, target, everything, silent);
      expect([kinds.get("job")?.later, differences]).toEqual([2, []]);
    });

    it("a job whose number is taken gets another one", async () => {
      await copyDocuments(source, target, everything, silent);
      const wanted = numberOf(jobId("try", "taken/0"));
      const [document] = (await copiesOf(source)).filter((each) => each.kind === "job");
      if (document?.kind !== "job") throw new Error("there are jobs");
      const holder = {
        ...document,
        id: "try/holder",
        job: { ...document.job, job_guid: "holder", rest_id: wanted },
      };
      await target.writeCopies([holder]);
      await source.storeSubmissions([job("taken", "running")]);
      const counts = await copyDocuments(source, target, everything, silent);
      expect(counts.get("job")).toMatchObject({ written: 1, renumbered: 1 });
      expect((await target.findJob("try", "taken/0"))?.job.rest_id).toBe(wanted + 1);
      expect((await verifyCopy(source, target, everything, silent)).differences).toEqual([]);
    });

    it("a job that a retry renames after it was copied, in either store, has only its new name after the next copy", async () => {
      const logs = [{ name: "live", url: "http://logs.example/3" }];
      await source.storeSubmissions([
        posted("tried", "running", { logs }),
        posted("done-there", "running", { logs }),
      ]);
      await copyDocuments(source, target, everything, silent);
      await source.storeSubmissions([posted("tried_12345", "completed", { isRetried: true })]);
      await target.storeSubmissions([posted("done-there_54321", "completed", { isRetried: true })]);
      await copyDocuments(source, target, everything, silent);
      expect(await target.findJob("try", "tried")).toBeNull();
      expect(await target.findJob("try", "done-there")).toBeNull();
      expect(await target.findJobsByGuid("tried_12345")).toMatchObject([
        { job: { state: "completed", rest_id: numberOf(jobId("try", "tried")) }, logs: [{ name: "live" }] },
      ]);
      expect((await verifyCopy(source, target, everything, silent)).differences).toEqual([]);
    });

    it("a part whose job is not stored is left out", async () => {
      const all = await copiesOf(source);
      for (const kind of ["artifact", "log"] as const) {
        const [part] = all.filter((each) => each.kind === kind);
        if (part === undefined || !("job" in part)) throw new Error(`there is no ${kind}`);
        const orphan = { ...part, job: "try/nobody" } as Copied;
        expect(await target.writeCopies([orphan])).toMatchObject({ written: 0, kept: 1 });
        expect(await target.findCopies([orphan])).toEqual([null]);
      }
    });

    it("what is lost or changed in the target is found", async () => {
      await copyDocuments(source, target, everything, silent);
      await source.storeSubmissions([job("lost", "running")]);
      const { differences, kinds } = await verifyCopy(source, target, everything, silent);
      expect(differences).toEqual([
        { kind: "push", name: `try/${revisionOf("lost").slice(0, 12)}`, is: "missing" },
        { kind: "job", name: "try/lost%2F0", is: "missing" },
      ]);
      expect(kinds.get("job")?.from_sha256).not.toBe(kinds.get("job")?.to_sha256);
      expect(kinds.get("artifact")?.from_sha256).toBe(kinds.get("artifact")?.to_sha256);
    });

    it("a copy of a project, or since a given time, includes what belongs to its jobs, and no secrets", async () => {
      const since = await copiesOf(source, { project: "try", since: late, withCredentials: false });
      const names = since.flatMap((each) => ("id" in each ? [`${each.kind} ${each.id}`] : []));
      expect(names.toSorted()).toEqual([
        ...["job try/new%2F0"],
        ...[`push try/${revisionOf("new").slice(0, 12)}`],
        expect.stringMatching(/^rejection /),
      ]);
      const other = await copiesOf(source, { project: "other", since: null, withCredentials: false });
      expect([...new Set(other.map(({ kind }) => kind))].toSorted()).toEqual([
        "job",
        "options",
        "push",
        "rejection",
      ]);
    });

    it("a page of large documents ends early, so that memory holds one page", async () => {
      const blob = "y".repeat(2_500_000);
      const artifacts = ["1", "2", "3"].map((each) => ({ name: each, type: "text", blob }));
      await source.storeSubmissions([job("large", "running", late, { extra: { artifacts } })]);
      const pages: number[] = [];
      for await (const page of walkCopies(source, { ...everything, since: late })) {
        if (page[0]?.kind === "artifact") pages.push(page.length);
      }
      expect(pages.filter((length) => length > 0)).toEqual([2, 1]);
    });
  });
}
