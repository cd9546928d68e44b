import { describe, expect, it } from "@jest/globals";
import { gridAddress, readGridView } from "../../../src/web/grid/grid-address.ts";
import {
  type GridView,
  noFilter,
  plainView,
  selectJob,
  toggleAllGroups,
  toggleGroup,
  toggleProgress,
  toggleStatus,
  toggleTier,
  withFilter,
} from "../../../src/web/grid/grid-view.ts";

const plain = plainView("try");

/** Returns the view that an address of the project `try` shows. */
function readBack(address: string, revision: string | null = null): GridView {
  return readGridView("try", revision, new URL(address, "http://localhost").searchParams);
}

const views: readonly (readonly [what: string, view: GridView, address: string])[] = [
  ["the newest pushes", plain, "/projects/try"],
  ["one push", plainView("try", "4317d9e5759d"), "/projects/try/pushes/4317d9e5759d"],
  ["older pushes", { ...plain, before: "WzEsImEiXQ" }, "/projects/try?before=WzEsImEiXQ"],
  ["pushes of an author", { ...plain, author: "a+b@c.org" }, "/projects/try?author=a%2Bb%40c.org"],
  ["pushes of a time", { ...plain, since: 5, until: 9 }, "/projects/try?since=5&until=9"],
  ["a text", withFilter(plain, { text: "a b" }), "/projects/try?text=a+b"],
  ["a status", toggleStatus(plain, ["failures"]), "/projects/try?status=failures"],
  ["no jobs in progress", toggleProgress(plain), "/projects/try?status=-progress"],
  ["tier 3 too", toggleTier(plain, 3), "/projects/try?tier=1%2C2%2C3"],
  ["no tier", withFilter(plain, { tiers: [] }), "/projects/try?tier=none"],
  [
    "a platform, a group and symbols",
    withFilter(plain, { platforms: ["linux64 debug"], groups: ["M"], symbols: ["1", "2"] }),
    "/projects/try?platform=linux64+debug&group=M&symbol=1&symbol=2",
  ],
  ["a job and a tab", { ...selectJob(plain, "abc/0"), tab: "logs" }, "/projects/try?job=abc%2F0&tab=logs"],
  [
    "open groups",
    toggleGroup(plain, "4317d9e5759d/linux64 debug/1/M"),
    "/projects/try?expand=4317d9e5759d%2Flinux64+debug%2F1%2FM",
  ],
  ["all groups", toggleAllGroups(plain), "/projects/try?expand=all"],
];

describe.each(views)("%s", (_what, view, address) => {
  it(`has the address ${address}`, () => expect(gridAddress(view)).toBe(address));
  it("is what the address shows", () => expect(readBack(address, view.revision)).toEqual(view));
});

describe("an address", () => {
  it.each([
    ["/?since=2026-11-29&until=2026-11-29", { since: 1_795_910_400, until: 1_795_996_799 }],
    ["/?since=yesterday&until=-5", { since: null, until: null }],
    ["/?since=2026-02-31&until=2026-13-01", { since: null, until: null }],
    ["/?since=1e99", { since: 1 }],
    ["/?job=&tab=&author=", { job: null, tab: null, author: null }],
  ])("%s is read as %j", (address, expected) => {
    expect(readBack(address)).toMatchObject(expected);
  });

  it.each([
    ["/?tier=1&tier=3", [1, 3]],
    ["/?tier=x,7,2,2", [2, 7]],
  ])("%s shows tiers %j", (address, tiers) => {
    expect(readBack(address).filter.tiers).toEqual(tiers);
  });

  it("remembers that all groups are open, however many are closed by hand", () => {
    const keys = Array.from({ length: 50 }, (_, index) => `4317d9e5759d/linux64/1/${index}`);
    const { expand } = readBack(gridAddress({ ...plain, expand: ["all", ...keys] }));
    expect(expand).toEqual(["all", ...keys.slice(-19)]);
  });

  it("stays short, however many groups are open", () => {
    const keys = Array.from({ length: 50 }, (_, index) => `4317d9e5759d/${"long".repeat(30)}/1/${index}`);
    const address = gridAddress({ ...plain, expand: keys });
    expect(address.length).toBeLessThan(1700);
    expect(readBack(address).expand.length).toBeGreaterThan(5);
  });
});

describe("a change of the view", () => {
  it("made twice gives the view from before", () => {
    for (const step of [
      (view: GridView) => toggleStatus(view, ["unclassified"]),
      toggleProgress,
      (view: GridView) => toggleTier(view, 2),
      toggleAllGroups,
      (view: GridView) => toggleGroup(view, "key"),
    ]) {
      expect(step(step(plain))).toEqual(plain);
      expect(step(plain)).not.toEqual(plain);
    }
  });

  it("to another job returns to the tab that fits the job", () => {
    expect(selectJob({ ...plain, job: "a", tab: "logs" }, "b")).toEqual({ ...plain, job: "b", tab: null });
  });

  it("does not affect other conditions", () => {
    const view = withFilter(toggleProgress(plain), { text: "leak" });
    expect(toggleTier(view, 3).filter).toEqual({
      ...noFilter,
      text: "leak",
      status: ["-progress"],
      tiers: [1, 2, 3],
    });
  });
});
