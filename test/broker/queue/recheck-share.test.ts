import { describe, expect, it } from "@jest/globals";
import { recheckShare } from "../../../src/broker/queue/recheck-share.ts";

const listed = (exchanges: number, keys: number) =>
  Array.from({ length: exchanges }, (_, n) => ({
    exchange: `e${n}`,
    routingKeys: Array.from({ length: keys }, (_, key) => `k${key}`),
  }));

describe("a check of bindings", () => {
  it.each([
    ["none of none", 0, 0, 0],
    ["all of a few", 3, 20, 3],
    ["all of two thousand", 100, 20, 100],
    ["two thousand of slightly more", 150, 20, 100],
    ["a fifth of many", 1000, 20, 200],
    ["one exchange, even if it has more bindings than a share", 3, 9000, 1],
  ])("covers %s", (_what, exchanges, keys, taken) => {
    expect(recheckShare(listed(exchanges, keys), 0).exchanges).toHaveLength(taken);
  });

  it("continues where the last one ended, also past the end of a registry that has become shorter", () => {
    const all = listed(1000, 20);
    const seen = new Set<string>();
    let from = 0;
    for (let turn = 0; turn < 5; turn++) {
      const { exchanges, next } = recheckShare(all, from);
      for (const { exchange } of exchanges) seen.add(exchange);
      from = next;
    }
    expect([seen.size, from]).toEqual([1000, 0]);
    expect(recheckShare(listed(3, 1), 900).exchanges).toHaveLength(3);
  });
});
