import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { FairClaims } from "../../../src/logs/work/fair-claims.ts";
import type { WorkItem } from "../../../src/store/ports/work-store.ts";
import { aWorkQueue, type WorkQueue } from "../../doubles/work-queue.ts";

const aLog = (id: string, exchange: string, project = "try"): WorkItem => ({
  ...{ id, kind: "log", project, exchange, job_guid: id, name: "buildbot_text", url: `http://${id}.test/` },
  ...{ attempts: 0, failure: null, lease: `of ${id}` },
});
const logsOf = (exchange: string, count: number): WorkItem[] =>
  Array.from({ length: count }, (_, n) => aLog(`${exchange}${n}`, exchange));

function claimsOf(queue: WorkQueue): FairClaims {
  return new FairClaims({ store: queue, kind: "log", leaseMs: 60_000 });
}

async function idsOf(claims: FairClaims, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(...(await claims.claim(1, [])).map(({ id }) => id));
  return ids;
}

/** The current time of the clock, in milliseconds. The clock does not advance by itself, so reading a list takes no time. */
let nowMs = 0;

beforeEach(() => {
  jest.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe("fair claims", () => {
  it("give each exchange as many logs in progress as any other, however many logs it has", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("flood", 1900), ...logsOf("a", 5), ...logsOf("b", 5));
    const ids = await idsOf(claimsOf(queue), 9);
    for (const exchange of ["flood", "a", "b"]) {
      expect(ids.filter((id) => id.startsWith(exchange))).toHaveLength(3);
    }
  });

  it("limit logs that never end to their exchange's share of the slots", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("slow", 100), ...logsOf("quick", 100));
    const claims = claimsOf(queue);
    let slow = 0;
    for (let n = 0; n < 60; n++) {
      const [item] = await claims.claim(1, []);
      if (item === undefined) throw new Error("nothing was claimed");
      if (item.exchange === "slow") slow++;
      else claims.end(item);
    }
    // One of them is in progress while the other exchange has none.
    expect(slow).toBe(1);
  });

  it("go to the exchange whose last turn was longest ago, if all have equally many logs in progress", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("a", 3), ...logsOf("b", 3), ...logsOf("c", 3));
    const claims = claimsOf(queue);
    const exchanges: string[] = [];
    for (let n = 0; n < 9; n++) {
      const [item] = await claims.claim(1, []);
      if (item === undefined) throw new Error("nothing was claimed");
      exchanges.push(item.exchange);
      claims.end(item);
    }
    expect(exchanges.join("")).toBe("abcabcabc");
  });

  it("let the projects of an exchange take turns", async () => {
    const queue = aWorkQueue();
    const many = Array.from({ length: 50 }, (_, n) => aLog(`m${n}`, "e", "many"));
    queue.add(...many, aLog("x", "e", "zz"), aLog("y", "e", "aa"));
    const ids = await idsOf(claimsOf(queue), 4);
    expect(ids).toEqual(expect.arrayContaining(["x", "y"]));
  });

  it("give an exchange all slots while no other has work, and a new one its share as soon as it has work", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("flood", 100));
    const claims = claimsOf(queue);
    expect(await idsOf(claims, 4)).toHaveLength(4);
    queue.add(aLog("new", "other"));
    nowMs += 1000;
    expect((await claims.claim(1, [])).map(({ id }) => id)).toEqual(["new"]);
  });

  it("return one slot for each item that ends", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("a", 10), ...logsOf("b", 10));
    const claims = claimsOf(queue);
    const claimOne = async () => (await claims.claim(1, []))[0];
    const claimed = [];
    for (let nth = 0; nth < 6; nth++) claimed.push(await claimOne());
    const ended = claimed.find((item) => item?.exchange === "a");
    if (ended !== undefined) claims.end(ended);
    expect([(await claimOne())?.exchange, (await claimOne())?.exchange]).toEqual(["a", "b"]);
  });

  it("find the work of a new exchange immediately if the others have none", async () => {
    const queue = aWorkQueue();
    queue.add(aLog("a", "e"));
    const claims = claimsOf(queue);
    expect(await idsOf(claims, 1)).toEqual(["a"]);
    queue.add(aLog("b", "other"));
    // Less than the second after which the list is read again in any case.
    nowMs += 1;
    expect((await claims.claim(1, [])).map(({ id }) => id)).toEqual(["b"]);
  });

  it("divide a claim for many items", async () => {
    const queue = aWorkQueue();
    queue.add(...logsOf("flood", 100), ...logsOf("a", 100));
    const claims = claimsOf(queue);
    const sizes = [await claims.claim(32, []), await claims.claim(16, [])].map((items) => [
      items[0]?.exchange,
      items.length,
    ]);
    expect(sizes).toEqual([
      ["flood", 16],
      ["a", 8],
    ]);
  });
});
