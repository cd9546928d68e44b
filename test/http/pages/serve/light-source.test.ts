import { expect, it } from "@jest/globals";
import { createLightSource } from "../../../../src/http/pages/serve/light-source.ts";

const ready = { state: "ready", words: "worker ready" } as const;
const problems = async () => ["store: connect ECONNREFUSED mongodb://u:hunter2@db.internal:27017"];

it("operators are told what keeps the worker from working, without passwords", async () => {
  const light = createLightSource({ problems, showsReasons: true, ready, now: () => 0 });
  expect(await light.ask()).toEqual({
    state: "trouble",
    words: "store: connect ECONNREFUSED mongodb://u:***@db.internal:27017",
  });
});

it("readers are told only that it is not ready, because a reason may name databases and paths", async () => {
  const light = createLightSource({ problems, showsReasons: false, ready, now: () => 0 });
  expect(await light.ask()).toEqual({ state: "trouble", words: "not ready now" });
  expect(light.last()).toEqual({ state: "trouble", words: "not ready now" });
});
