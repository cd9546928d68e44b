import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { resultSetId } from "../../../src/domain/ids.ts";
import { CELL } from "../../../src/domain/job-cell.ts";
import { GridModel } from "../../../src/queries/grid/grid-model.ts";
import type { CellQuery } from "../../../src/store/ports/page-reads.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival, REVISION } from "../../examples.ts";

const push = resultSetId("try", REVISION);
const otherRevision = "b".repeat(40);
const otherPush = resultSetId("try", otherRevision);
const MINUTES = 60_000;

let folder: string;
let store: Store;
/** The queries that the store received. */
let asked: CellQuery[];
let nowMs: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulse-ingest-grid-"));
  store = await openSqliteStore(folder, 30);
  asked = [];
  nowMs = Date.parse("2026-01-05T10:00:05.000Z");
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function aModel(
  limits: { readonly maxPushes?: number; readonly maxBytes?: number; readonly maxJobs?: number } = {},
): GridModel {
  const listCells = (query: CellQuery) => {
    asked.push(query);
    return store.listCells(query);
  };
  return new GridModel({
    store: { listCells },
    maxPushes: 50,
    maxBytes: 1e6,
    maxJobs: 50,
    now: () => nowMs,
    ...limits,
  });
}

const running = (taskId: string) => anArrival({ taskId, state: "running", result: undefined });
const passed = (taskId: string) => anArrival({ taskId });
const inOtherPush = (taskId: string) =>
  anArrival({ taskId, origin: { kind: "hg.mozilla.org", project: "try", revision: otherRevision } });

/** Returns the jobs of changes with their states, such as `a/0 running`. */
function told(model: GridModel, after: string): string[] | null {
  const changes = model.changesOf(push, after);
  if (changes === null) return null;
  const cells = changes.cells.map(({ cell }) => `${cell[CELL.guid]} ${cell[CELL.state]}`);
  return [...cells, ...changes.gone.map((guid) => `${guid} gone`)].toSorted();
}

describe("a push in memory", () => {
  it("is read once, and afterwards only its changes are read", async () => {
    await store.storeSubmissions([running("a/0"), running("b/0")]);
    const model = aModel();
    await model.look(push);
    const position = model.position();
    expect(told(model, "")).toEqual(["a/0 running", "b/0 running"]);
    expect(told(model, position)).toBeNull();

    await store.storeSubmissions([passed("b/0")]);
    await model.look(push);
    expect(told(model, position)).toEqual(["b/0 completed"]);
    expect(asked.map(({ after }) => after === undefined)).toEqual([true, false]);
  });

  it.each([
    ["from 15 s before the last change, because workers' clocks differ", "10:00:05", 15_000],
    ["from 15 s before the last change even if the workers' clocks are ahead", "09:59:50", 25_000],
    ["from the last change itself, if that is long ago", "10:00:16", 0],
  ])("is read %s", async (_what, time, beforeMs) => {
    nowMs = Date.parse(`2026-01-05T${time}.000Z`);
    await store.storeSubmissions([running("a/0")]);
    const model = aModel();
    const { cells } = await model.look(push);
    await model.look(push);
    const after = asked.at(-1)?.after;
    expect(cells.size).toBe(1);
    const [cell] = (await store.listCells({ result_set: push, limit: 1 })).cells;
    expect(Date.parse(cell?.changed ?? "") - Date.parse(after?.changed ?? "")).toBe(beforeMs);
    expect(after?.id === null).toBe(beforeMs > 0);
  });

  it("that changes very much is read from 2 s before the last change, and every 10 s from 15 s before", async () => {
    const many = Array.from({ length: 201 }, (_, number) => running(`${number}/0`));
    await store.storeSubmissions(many);
    const model = aModel({ maxJobs: 300 });
    const readFrom = async (): Promise<number> => {
      await model.look(push);
      return Date.parse(many[0]?.received_at ?? "") - Date.parse(asked.at(-1)?.after?.changed ?? "");
    };
    await model.look(push);
    expect(await readFrom()).toBe(15_000);
    expect([await readFrom(), await readFrom()]).toEqual([2000, 2000]);
    nowMs += 9_000;
    expect(await readFrom()).toBe(2000);
    nowMs += 1_000;
    expect(await readFrom()).toBe(15_000);
  });

  it("gives the same object to all readers with the same position, until there is another change", async () => {
    await store.storeSubmissions([running("a/0")]);
    const model = aModel();
    await model.look(push);
    const position = model.position();
    await store.storeSubmissions([running("b/0")]);
    await model.look(push);
    const changes = model.changesOf(push, position);
    expect(model.changesOf(push, position)).toBe(changes);
    await store.storeSubmissions([passed("b/0")]);
    await model.look(push);
    expect(told(model, position)).toEqual(["b/0 completed"]);
    expect(changes?.cells.map(({ cell }) => cell[CELL.state])).toEqual(["running"]);
  });

  it("is read once for all readers that ask at the same time", async () => {
    await store.storeSubmissions([running("a/0")]);
    const model = aModel();
    await Promise.all([model.look(push), model.look(push), model.look(push)]);
    expect(asked).toHaveLength(1);
  });

  it("is read completely every five minutes, which reports the jobs that it no longer has", async () => {
    await store.storeSubmissions([running("a/0"), running("b/0")]);
    const model = aModel();
    await model.look(push);
    const position = model.position();
    await store.storeSubmissions([inOtherPush("b/0")]);

    await model.look(push);
    expect(told(model, position)).toBeNull();
    nowMs += 5 * MINUTES;
    await model.look(push);
    expect(told(model, position)).toEqual(["b/0 gone"]);
    expect(told(model, "")).toEqual(["a/0 running"]);
  });

  it("is sent completely to a reader whose position is from another process", async () => {
    await store.storeSubmissions([running("a/0")]);
    const model = aModel();
    await model.look(push);
    const before = aModel();
    await before.look(push);
    expect(model.changesOf(push, before.position())?.isComplete).toBe(true);
    expect(model.changesOf(push, "nonsense")?.isComplete).toBe(true);
    expect(model.changesOf(push, model.position())).toBeNull();
  });

  it("stays unchanged while the store cannot be read, and is read from that position later", async () => {
    await store.storeSubmissions([running("a/0")]);
    let isAway = false;
    const listCells = (query: CellQuery) =>
      isAway ? Promise.reject(new Error("away")) : store.listCells(query);
    const model = new GridModel({
      store: { listCells },
      maxPushes: 50,
      maxBytes: 1e6,
      maxJobs: 50,
      now: () => nowMs,
    });
    await model.look(push);
    const position = model.position();
    await store.storeSubmissions([passed("a/0")]);
    isAway = true;
    await expect(model.look(push)).rejects.toThrow("away");
    expect(told(model, position)).toBeNull();
    isAway = false;
    await model.look(push);
    expect(told(model, position)).toEqual(["a/0 completed"]);
  });
});

describe("the memory", () => {
  beforeEach(() => store.storeSubmissions([running("a/0"), inOtherPush("b/0")]));

  it("drops the least recently used push when there are too many", async () => {
    const model = aModel({ maxPushes: 1 });
    await model.look(push);
    expect(model.hasRoom()).toBe(false);
    await model.look(otherPush);
    expect([model.has(push), model.has(otherPush)]).toEqual([false, true]);
  });

  it("keeps no push without jobs, so that made-up revisions displace nothing", async () => {
    const model = aModel({ maxPushes: 1 });
    await model.look(push);
    const madeUp = ["1", "2", "3"].map((digit) => resultSetId("try", digit.repeat(40)));
    await Promise.all(madeUp.map((id) => model.look(id)));
    expect([push, ...madeUp].map((id) => model.has(id))).toEqual([true, false, false, false]);
    expect(told(model, "")).toEqual(["a/0 running"]);
  });

  it("holds no more jobs than its limit, and receives changes of these", async () => {
    await store.storeSubmissions([running("a/0")]);
    const model = aModel({ maxJobs: 1 });
    await model.look(push);
    await store.storeSubmissions([running("b/0"), passed("a/0")]);
    await model.look(push);
    expect(told(model, "")).toEqual(["a/0 completed"]);
  });

  it("drops pushes when it holds too many bytes, but never the push that was just requested", async () => {
    const model = aModel({ maxBytes: 1 });
    await model.look(push);
    expect(model.has(push)).toBe(true);
    await model.look(otherPush);
    expect([model.has(push), model.has(otherPush)]).toEqual([false, true]);
  });
});
