import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { PostedArtifact } from "../../src/domain/posted-artifact.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { WorkItem } from "../../src/store/ports/work-store.ts";
import { aClaim, anArrival, aPostedArtifact, EXCHANGE } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

const SUMMARY = "text_log_summary";
const artifact = (name: string, blob: unknown) => ({ name, type: "json", blob: JSON.stringify(blob) });
const info = (...values: string[]) =>
  artifact("Job Info", { job_details: values.map((value) => ({ value })) });

/** Tests what every store promises about artifacts that are posted on their own. */
export function artifactContract(name: string, openEmpty: OpenEmpty): void {
  describe(`posted artifacts in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    let guid = "";
    let stories = 0;
    beforeAll(async () => {
      database = await openEmpty();
      store = await database.open();
    });
    afterAll(async () => {
      await store.close();
      await database.remove();
    });
    const story = (title: string, tell: () => Promise<void>): void => {
      it(title, async () => {
        guid = `artifact/${stories++}`;
        await tell();
      });
    };
    const post = (...posted: readonly Partial<PostedArtifact>[]) =>
      store.storeArtifacts(posted.map((each) => aPostedArtifact({ job_guid: guid, ...each })));
    const kinds = async (...posted: readonly Partial<PostedArtifact>[]) =>
      (await post(...posted)).map(({ kind }) => kind);
    const submit = (overrides: object = {}) =>
      store.storeSubmissions([anArrival({ taskId: guid, ...overrides })]);
    const blobOf = async (of: string) => (await store.findArtifact("try", guid, of))?.blob;
    /** Claims all pending suggestions, whichever client they are for. */
    const claimSuggestions = async (): Promise<WorkItem[]> => {
      const claim = aClaim({ kind: "suggestions", exchange: "client:client-a", limit: 10 });
      return (await store.claimWork(claim)).filter(({ job_guid }) => job_guid === guid);
    };
    const summary = (blob: unknown, posted: Partial<PostedArtifact> = {}): Partial<PostedArtifact> => {
      const whole = artifact(SUMMARY, blob);
      return { artifact: whole, suggestions_for: whole.blob, ...posted };
    };

    story("an artifact is added to its job once; a second one of that name changes nothing", async () => {
      await submit();
      const posted = { artifact: artifact("a", 1) };
      expect(await post(posted)).toEqual([{ kind: "stored", jobOf: EXCHANGE }]);
      expect(await post(posted, { artifact: artifact("a", 2) })).toEqual([
        { kind: "unchanged" },
        { kind: "unchanged" },
      ]);
      expect(await blobOf("a")).toBe("1");
      expect(await kinds({ artifact: artifact("b", 1) }, { artifact: artifact("b", 2) })).toEqual([
        ...["stored", "unchanged"],
      ]);
      const [explained] = await store.findJobsByGuid(guid);
      expect(explained?.artifacts).toEqual([
        { name: "a", made_by: ["message"] },
        { name: "b", made_by: ["message"] },
      ]);
    });

    story("an artifact without its job is rejected, and the others of the batch are stored", async () => {
      await submit();
      const fault = { reason: "unknown-job", project: "try", job_guid: "nobody" };
      expect(
        await post({ job_guid: "nobody" }, {}, { project: "other" }, { artifact: artifact("b", 1) }),
      ).toMatchObject([
        { kind: "rejected", fault },
        { kind: "stored" },
        { kind: "rejected", fault: { reason: "unknown-job", project: "other", job_guid: guid } },
        { kind: "stored" },
      ]);
    });

    story("details of `Job Info` are added to those that the job has", async () => {
      await submit({ extra: { artifacts: [{ name: "Job Info", type: "json", blob: info("a").blob }] } });
      expect(await kinds({ artifact: info("b", "a") }, { artifact: info("b", "a") })).toEqual([
        "stored",
        "unchanged",
      ]);
      expect(await kinds({ artifact: info("b", "a") })).toEqual(["unchanged"]);
      const details = JSON.parse((await blobOf("Job Info")) ?? "null").job_details;
      expect(details).toMatchObject([{ value: "a" }, { value: "b" }]);
    });

    story("suggestions are made for a posted summary, and not again when it is posted again", async () => {
      await submit();
      expect(await kinds(summary({ n: 1 }), summary({ n: 1 }))).toEqual(["stored", "unchanged"]);
      const items = await claimSuggestions();
      expect(items).toMatchObject([{ kind: "suggestions", blob: '{"n":1}', attempts: 0 }]);
      for (const item of items) await store.finishWork(item, [artifact("Bug suggestions", [])]);
      expect(await kinds(summary({ n: 1 }))).toEqual(["unchanged"]);
      expect(await claimSuggestions()).toEqual([]);
      expect(await blobOf("Bug suggestions")).toBe("[]");
    });

    story("suggestions are made for the posted summary even if the job keeps another one", async () => {
      await submit({
        extra: { artifacts: ["text_log_summary"].map((each) => ({ name: each, type: "json", blob: {} })) },
      });
      expect(await kinds(summary({ n: 2 }))).toEqual(["unchanged"]);
      expect(await claimSuggestions()).toMatchObject([{ blob: '{"n":2}' }]);
      expect(await blobOf(SUMMARY)).toBe("{}");
    });

    story("no suggestions are made if the job has some, or if they come in the same batch", async () => {
      await submit();
      const both = [{ artifact: artifact("Bug suggestions", []) }, summary({ n: 3 })];
      expect(await kinds(...both)).toEqual(["stored", "stored"]);
      expect(await kinds(summary({ n: 4 }))).toEqual(["unchanged"]);
      expect(await claimSuggestions()).toEqual([]);
    });

    story("the log that a posted summary was made from is parsed, and others are not", async () => {
      const logs = ["custom", "buildbot_text"].map((log) => ({ name: log, url: `http://l/${log}` }));
      await submit({ logs });
      await kinds(summary({}, { summary_of: "custom", suggestions_for: null }));
      const status = async () => (await store.findJob("try", guid))?.logs.map((log) => log.parse_status);
      expect(await status()).toEqual(["parsed", "pending"]);
      await kinds(summary({}, { summary_of: "buildbot_text", suggestions_for: null }));
      expect(await status()).toEqual(["parsed", "parsed"]);
      const waiting = await store.claimWork(aClaim({ limit: 10 }));
      expect(waiting.filter(({ job_guid }) => job_guid === guid)).toEqual([]);
    });

    story("workers that post the same artifacts at the same time store each of them", async () => {
      await submit();
      const others = await Promise.all([database.open(), database.open()]);
      const posted = Array.from({ length: 20 }, (_, n) =>
        aPostedArtifact({ job_guid: guid, artifact: artifact(`a${n}`, n) }),
      );
      const outcomes = await Promise.all([store, ...others].map((worker) => worker.storeArtifacts(posted)));
      await Promise.all(others.map((each) => each.close()));
      for (const at of posted.keys()) {
        const kindsOfOne = outcomes.map((each) => each[at]?.kind).toSorted();
        expect(kindsOfOne).toEqual(["stored", "unchanged", "unchanged"]);
      }
    });
  });
}
