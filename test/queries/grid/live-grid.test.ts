import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { CELL } from "../../../src/domain/job-cell.ts";
import { GridModel } from "../../../src/queries/grid/grid-model.ts";
import type { GridWatch } from "../../../src/queries/grid/grid-viewer.ts";
import { type GridEvent, LiveGrid } from "../../../src/queries/grid/live-grid.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../../examples.ts";
import { until } from "../../until.ts";

const EVERY_MS = 10;

let folder: string;
let store: Store;
let model: GridModel;
let live: LiveGrid;
let isAway: boolean;
/** Ends each page that a test opened. */
let ends: (() => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulse-ingest-live-"));
  store = await openSqliteStore(folder, 30);
  isAway = false;
  ends = [];
  useModel(50);
});

afterEach(async () => {
  for (const end of ends) end();
  await store.close();
  rmSync(folder, { recursive: true });
});

function useModel(maxPushes: number): void {
  model = new GridModel({ store, maxPushes, maxBytes: 1e6, maxJobs: 50, now: Date.now });
  const listPushes: Store["listPushes"] = async (query) => {
    if (isAway) throw new Unavailable("store", "away");
    return store.listPushes(query);
  };
  const onBug = (error: unknown): void => {
    throw error;
  };
  live = new LiveGrid({ store: { listPushes }, model, everyMs: EVERY_MS, cellsOfEvent: 2, onBug });
}

const revisionOf = (letter: string): string => letter.repeat(40);
const shortOf = (letter: string): string => letter.repeat(12);

const jobOf = (letter: string, state = "running") => ({
  ...anArrival({
    taskId: `${letter}/0`,
    origin: { kind: "hg.mozilla.org", project: "try", revision: revisionOf(letter) },
    state,
    ...(state === "running" && { result: undefined }),
  }),
  received_at: new Date().toISOString(),
});

const secondOf = (letter: string) => ({
  ...jobOf(letter),
  ...anArrival({
    taskId: `${letter}/1`,
    origin: { kind: "hg.mozilla.org", project: "try", revision: revisionOf(letter) },
  }),
});

const thirdOf = (letter: string) =>
  anArrival({
    taskId: `${letter}/2`,
    origin: { kind: "hg.mozilla.org", project: "try", revision: revisionOf(letter) },
  });

/** Submits a push. @param seconds - since the Unix epoch; later pushes come first. */
const submit = (letter: string, seconds: number, author = "a@b.org") =>
  store.storeResultSets([
    {
      project: "try",
      received_at: "2026-01-05T10:00:00.000Z",
      resultSet: {
        ...{ revision: revisionOf(letter), author, push_timestamp: seconds },
        revisions: [{ revision: revisionOf(letter), author, comment: "c", repository: "try" }],
      },
    },
  ]);

/** Follows all pushes that belong on the first page of a long list. */
const everything = { author: null, since: null, isWhole: false };

/** Opens a page. Returns the events that it receives, such as `head b`, `cell b/0 running`. */
function openPage(watch: Partial<GridWatch>): string[] {
  const events: string[] = [];
  const end = live.open(
    {
      project: "try",
      revisions: [],
      follows: everything,
      after: model.position(),
      ...watch,
    },
    async (event) => void events.push(...inWords(event)),
  );
  ends.push(end);
  return events;
}

function inWords(event: GridEvent): string[] {
  if (event.kind === "unwatched") return [`unwatched ${event.revisions.map((text) => text[0]).join("")}`];
  if (event.kind !== "changes") return [event.kind];
  return [
    ...event.heads.map(({ revision, author }) => `head ${revision[0]} by ${author}`),
    ...event.pushes.flatMap(({ cells }) => cells.map(({ cell }) => `${cell[CELL.guid]} ${cell[CELL.state]}`)),
  ];
}

describe("an open page", () => {
  it("receives a job that changes, once", async () => {
    await store.storeSubmissions([jobOf("a")]);
    const events = openPage({ revisions: [shortOf("a")] });
    await until(() => events.includes("a/0 running"));
    await store.storeSubmissions([jobOf("a", "completed")]);
    await until(() => events.includes("a/0 completed"));
    await new Promise((done) => setTimeout(done, 5 * EVERY_MS));
    expect(events).toEqual(["head a by pending...", "a/0 running", "a/0 completed"]);
  });

  it("receives a new push with its jobs, and a push that is completed", async () => {
    await submit("a", 1000);
    const events = openPage({ revisions: [shortOf("a")] });
    await until(() => events.length === 1);
    await store.storeSubmissions([jobOf("b")]);
    await until(() => events.length === 3);
    await submit("b", 2000);
    await until(() => events.length === 4);
    expect(events).toEqual(["head a by a@b.org", "head b by pending...", "b/0 running", "head b by a@b.org"]);
  });

  it("receives no pushes that belong on a later page, have another author, or are too old", async () => {
    await submit("c", 3000);
    const all = openPage({ revisions: [shortOf("c")] });
    const ofAuthor = openPage({
      revisions: [shortOf("c")],
      follows: { ...everything, author: "other@b.org" },
    });
    const since = openPage({ revisions: [shortOf("c")], follows: { ...everything, since: 4500 } });
    const whole = openPage({ revisions: [shortOf("c")], follows: { ...everything, isWhole: true } });
    const single = openPage({ revisions: [shortOf("c")], follows: null });
    await submit("b", 2000);
    await submit("d", 4000);
    await submit("e", 5000, "other@b.org");
    await until(() => all.length >= 3 && ofAuthor.length >= 2 && since.length >= 2 && whole.length >= 4);
    expect(all.toSorted()).toEqual(["head c by a@b.org", "head d by a@b.org", "head e by other@b.org"]);
    expect(ofAuthor.toSorted()).toEqual(["head c by a@b.org", "head e by other@b.org"]);
    expect(since.toSorted()).toEqual(["head c by a@b.org", "head e by other@b.org"]);
    expect(whole.toSorted()).toEqual([
      ...["b", "c", "d"].map((each) => `head ${each} by a@b.org`),
      "head e by other@b.org",
    ]);
    expect(single).toEqual(["head c by a@b.org"]);
  });

  it("receives very many jobs push by push, and has a new position only after the last one", async () => {
    await store.storeSubmissions([jobOf("a"), secondOf("a"), jobOf("b")]);
    const told: GridEvent[] = [];
    const watch = { project: "try", revisions: [shortOf("a"), shortOf("b")], follows: null, after: "" };
    ends.push(live.open(watch, async (event) => void told.push(event)));
    await until(() => told.length === 2);
    const pushes = told.map((event) => (event.kind === "changes" ? event.pushes : []));
    expect(pushes.map((each) => each.map(({ revision, cells }) => [revision[0], cells.length]))).toEqual([
      [["a", 2]],
      [["b", 1]],
    ]);
    expect(told.map((event) => event.kind === "changes" && event.position)).toEqual(["", model.position()]);
  });

  it("receives a push with very many jobs in parts, and the last part says so", async () => {
    await store.storeSubmissions([jobOf("a"), secondOf("a"), { ...jobOf("a"), ...thirdOf("a") }]);
    const parts: unknown[] = [];
    const watch = { project: "try", revisions: [shortOf("a")], follows: null, after: "" };
    const note = async (event: GridEvent): Promise<void> => {
      if (event.kind !== "changes") return;
      for (const { cells, isComplete, more } of event.pushes) parts.push([cells.length, isComplete, more]);
    };
    ends.push(live.open(watch, note));
    await until(() => parts.length === 2);
    expect(parts).toEqual([
      [2, true, true],
      [1, false, false],
    ]);
  });

  it("that reads slowly gets the next event when it has read the last one, and does not keep other pages waiting", async () => {
    await store.storeSubmissions([jobOf("a"), secondOf("a"), jobOf("b")]);
    const told: GridEvent[] = [];
    let read: () => void = () => undefined;
    const watch = { project: "try", revisions: [shortOf("a"), shortOf("b")], follows: null, after: "" };
    const readSlowly = (event: GridEvent): Promise<void> => {
      told.push(event);
      return new Promise((resolve) => {
        read = resolve;
      });
    };
    ends.push(live.open(watch, readSlowly));
    await until(() => told.length === 1);
    const other = openPage({ revisions: [shortOf("a")], follows: null });
    await store.storeSubmissions([jobOf("a", "completed")]);
    await until(() => other.includes("a/0 completed"));
    expect(told).toHaveLength(1);
    read();
    await until(() => told.length === 2);
    read();
    // The changes made since then are sent after those that were known before.
    await until(() => told.length === 3);
    expect(told.flatMap(inWords).at(-1)).toBe("a/0 completed");
  });

  it("is told when the store becomes unavailable, and when it is back", async () => {
    await store.storeSubmissions([jobOf("a")]);
    isAway = true;
    const events = openPage({ revisions: [shortOf("a")] });
    await until(() => events.includes("away"));
    const later = openPage({ revisions: [shortOf("a")] });
    expect(later).toEqual(["away"]);
    isAway = false;
    await until(() => events.includes("back") && later.includes("back"));
    expect(events.filter((event) => event === "away")).toHaveLength(1);
  });

  it("is told which pushes have no room in memory, and requests those by itself", async () => {
    useModel(1);
    await store.storeSubmissions([jobOf("a"), jobOf("b")]);
    const events = openPage({ revisions: [shortOf("a"), shortOf("b")], follows: null });
    await until(() => events.includes("unwatched b"));
    await new Promise((done) => setTimeout(done, 5 * EVERY_MS));
    expect(events.filter((event) => event.startsWith("unwatched"))).toEqual(["unwatched b"]);
    expect(events).toContain("a/0 running");
  });
});

it("nothing is read while no page is open", async () => {
  let reads = 0;
  const listPushes: Store["listPushes"] = async (query) => {
    reads += 1;
    return store.listPushes(query);
  };
  const quiet = new LiveGrid({
    store: { listPushes },
    model,
    everyMs: EVERY_MS,
    cellsOfEvent: 2,
    onBug: () => undefined,
  });
  const end = quiet.open({ project: "try", revisions: [], follows: null, after: "" }, async () => undefined);
  await until(() => reads > 1);
  end();
  await new Promise((done) => setTimeout(done, 3 * EVERY_MS));
  const readsAtEnd = reads;
  await new Promise((done) => setTimeout(done, 5 * EVERY_MS));
  expect(reads).toBe(readsAtEnd);
});
