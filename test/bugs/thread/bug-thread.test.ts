import { afterEach, describe, expect, it } from "@jest/globals";
import { type BugThread, type BugThreadOptions, openBugThread } from "../../../src/bugs/thread/bug-thread.ts";
import type { Bug } from "../../../src/domain/bug.ts";
import { Unavailable } from "../../../src/domain/faults.ts";

// Threads run compiled code: `npm test` builds it; if you run this file alone, run `npm run build` first.
const entry = new URL("../../../dist/bug-thread-entry.js", import.meta.url);

const opened: BugThread[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((thread) => thread.close()));
});

async function* pages(...all: readonly (readonly Bug[])[]): AsyncGenerator<readonly Bug[]> {
  yield* all;
}

function aThread(options: Partial<BugThreadOptions> = {}): BugThread {
  const thread = openBugThread({
    readBugs: () => pages([aBug(1, "Intermittent test_foo.js")]),
    artifactBytes: 100_000,
    entry,
    ...options,
  });
  opened.push(thread);
  return thread;
}

const aBug = (id: number, summary: string): Bug => ({
  id,
  summary,
  status: "NEW",
  resolution: "",
  crash_signature: "",
  keywords: "intermittent-failure",
  os: "All",
  modified: new Date().toISOString(),
});

const aSummary = (...lines: readonly string[]): string =>
  JSON.stringify({ step_data: { all_errors: lines.map((line, linenumber) => ({ line, linenumber })) } });

const failing = (test: string): string => `TEST-UNEXPECTED-FAIL | dir/${test} | boom`;

/** Ids of the bugs suggested for each line. */
async function idsFor(thread: BugThread, ...lines: readonly string[]): Promise<number[][]> {
  const suggested = await thread.suggest(aSummary(...lines));
  if (!suggested.ok) throw new Error(suggested.fault.reason);
  const blob: { bugs: { open_recent: { id: number }[] } }[] = JSON.parse(suggested.artifact.blob);
  return blob.map(({ bugs }) => bugs.open_recent.map(({ id }) => id));
}

describe("the thread that holds the bugs", () => {
  it("makes the artifact from a summary", async () => {
    const suggested = await aThread().suggest(aSummary(failing("test_foo.js"), failing("test_bar.js")));
    expect(suggested).toMatchObject({ ok: true, artifact: { name: "Bug suggestions", type: "json" } });
    expect(await idsFor(aThread(), failing("test_foo.js"), failing("test_bar.js"))).toEqual([[1], []]);
  });

  it("answers early questions only after all bugs are loaded, however many pages they come in", async () => {
    const bugs = Array.from({ length: 50 }, (_, nth) => aBug(nth + 1, `Intermittent test_${nth}.js |`));
    const readBugs = () => pages(bugs.slice(0, 7), [], bugs.slice(7, 30), bugs.slice(30));
    const thread = aThread({ readBugs });
    const asked = bugs.map((bug, nth) =>
      idsFor(thread, failing(`test_${nth}.js`)).then((ids) => [bug.id, ids]),
    );
    for (const [id, ids] of await Promise.all(asked)) expect(ids).toEqual([[id]]);
  });

  it("makes empty suggestions if there are no bugs", async () => {
    expect(await idsFor(aThread({ readBugs: () => pages() }), failing("test_foo.js"))).toEqual([[]]);
  });

  it("has the new bugs, and not the old ones, after a refresh", async () => {
    let bugs = [aBug(1, "test_foo.js fails")];
    const thread = aThread({ readBugs: () => pages(bugs) });
    expect(await idsFor(thread, failing("test_foo.js"))).toEqual([[1]]);
    bugs = [aBug(2, "test_foo.js fails"), aBug(3, "test_bar.js fails")];
    expect(await thread.refresh()).toMatchObject({ bugs: 2 });
    expect(await idsFor(thread, failing("test_foo.js"), failing("test_bar.js"))).toEqual([[2], [3]]);
  });

  it("never uses only a part of the bugs: questions fail while the bugs cannot be read", async () => {
    let away = true;
    async function* readBugs(): AsyncGenerator<readonly Bug[]> {
      yield [aBug(1, "test_foo.js fails")];
      if (away) throw new Unavailable("store", "a test says so");
      yield [aBug(2, "test_foo.js fails as well")];
    }
    const thread = aThread({ readBugs });
    await expect(idsFor(thread, failing("test_foo.js"))).rejects.toThrow(Unavailable);
    away = false;
    expect(await idsFor(thread, failing("test_foo.js"))).toEqual([[1, 2]]);
    away = true;
    await expect(thread.refresh()).rejects.toThrow(Unavailable);
    expect(await idsFor(thread, failing("test_foo.js"))).toEqual([[1, 2]]);
  });

  it("refuses suggestions that are larger than the limit of an artifact", async () => {
    const thread = aThread({ artifactBytes: 500 });
    const lines = Array.from({ length: 20 }, (_, nth) => failing(`test_${nth}.js`));
    expect(await thread.suggest(aSummary(...lines))).toMatchObject({
      ok: false,
      fault: { reason: "artifact-too-large", artifact: "Bug suggestions" },
    });
  });

  describe("with a summary whose lines take many turns", () => {
    const bugs = Array.from({ length: 20_000 }, (_, nth) =>
      aBug(nth + 1, `Intermittent ${"aeiou".repeat(20)} ${nth}`),
    );
    const summary = aSummary(
      ...Array.from({ length: 100_000 }, (_, nth) => `aeiou ${"aeiou".repeat(10)}a ${nth}`),
    );

    async function aFullThread(longestMs: number): Promise<BugThread> {
      const thread = aThread({ readBugs: () => pages(bugs), longestMs, artifactBytes: 1e9 });
      await thread.refresh();
      return thread;
    }

    it("lets other work take turns while it handles the summary", async () => {
      const thread = await aFullThread(600_000);
      let long = "under way";
      thread.suggest(summary).then(
        () => (long = "answered"),
        (error: unknown) => (long = String(error)),
      );
      expect(await idsFor(thread, "nothing like it")).toEqual([[]]);
      expect(long).toBe("under way");
    });

    it("gives the summary up if its turns take too long in total, and stays usable", async () => {
      // Several turns, but only a small part of what the summary needs even on the fastest machine.
      const thread = await aFullThread(200);
      await expect(thread.suggest(summary)).rejects.toMatchObject({
        name: "ThreadFailure",
        kind: "too-long",
      });
      expect(await idsFor(thread, "nothing like it")).toEqual([[]]);
    });
  });

  it("fails its questions when it crashes, and is filled again for the next question", async () => {
    let huge = true;
    // More than fits into the thread's heap.
    async function* readBugs(): AsyncGenerator<readonly Bug[]> {
      if (huge)
        for (let id = 10; id < 40; id++) yield [aBug(id, String.fromCharCode(0x4e00 + id).repeat(2_000_000))];
      else yield [aBug(1, "test_foo.js fails")];
    }
    const thread = aThread({ readBugs, heapMib: 16 });
    await expect(idsFor(thread, failing("test_foo.js"))).rejects.toMatchObject({ kind: "interrupted" });
    huge = false;
    expect(await idsFor(thread, failing("test_foo.js"))).toEqual([[1]]);
  });

  it("answers nothing after it is closed", async () => {
    const thread = aThread();
    await thread.refresh();
    await thread.close();
    await expect(idsFor(thread, failing("test_foo.js"))).rejects.toMatchObject({ kind: "stopped" });
  });
});
