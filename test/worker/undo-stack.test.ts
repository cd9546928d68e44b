import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { UndoStack } from "../../src/worker/undo-stack.ts";

it("closes in reverse order, one after the other", async () => {
  const closed: string[] = [];
  const opened = new UndoStack();
  opened.add(() => closed.push("store"));
  opened.add(async () => {
    await wait(20);
    closed.push("spool");
  });
  opened.add(() => closed.push("source"));
  await opened.undo();
  expect(closed).toEqual(["source", "spool", "store"]);
});

it("closes each part once", async () => {
  let times = 0;
  const opened = new UndoStack();
  opened.add(() => times++);
  await opened.undo();
  await opened.undo();
  expect(times).toBe(1);
});

it("closes the others if one fails, and throws the first error", async () => {
  const closed: string[] = [];
  const opened = new UndoStack();
  opened.add(() => closed.push("store"));
  opened.add(() => Promise.reject(new Error("the second failure")));
  opened.add(() => {
    throw new Error("the first failure");
  });
  await expect(opened.undo()).rejects.toThrow("the first failure");
  expect(closed).toEqual(["store"]);
});
