import { PassThrough, Readable } from "node:stream";
import { expect, it } from "@jest/globals";
import { BodyBudget } from "../../../src/http/rest/body-budget.ts";
import { readBody } from "../../../src/http/rest/read-request-body.ts";

const limits = (maxBytes: number, totalBytes: number) => ({ maxBytes, budget: new BodyBudget(totalBytes) });
const pieces = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

it("reads a whole body, and passes on each piece as it arrives", async () => {
  const seen: string[] = [];
  const read = await readBody(pieces("[1", ",2]"), 5, limits(5, 5), (chunk) => seen.push(String(chunk)));
  expect(read).toEqual({ ok: true, body: Buffer.from("[1,2]") });
  expect(seen).toEqual(["[1", ",2]"]);
});

it("does not read a body that is declared as too long", async () => {
  const stream = pieces("never read");
  expect(await readBody(stream, 6, limits(5, 100), () => undefined)).toEqual({
    ok: false,
    trouble: "too-long",
  });
  expect(stream.readableDidRead).toBe(false);
});

it("stops at the limit if the length is not declared, and keeps nothing", async () => {
  const bounds = limits(5, 6);
  const read = await readBody(pieces("[1,2", ",3]"), null, bounds, () => undefined);
  expect(read).toEqual({ ok: false, trouble: "too-long" });
  expect(bounds.budget.take(6)).toBe(true);
});

it("stops where all bodies together would take too much memory, and releases its share", async () => {
  const bounds = limits(5, 6);
  expect(bounds.budget.take(3)).toBe(true);
  const read = await readBody(pieces("[1", ",2]"), 5, bounds, () => undefined);
  expect(read).toEqual({ ok: false, trouble: "no-room" });
  expect(bounds.budget.take(3)).toBe(true);
});

it("releases its share if the connection is lost", async () => {
  const bounds = limits(5, 5);
  const stream = new PassThrough();
  const reading = readBody(stream, 5, bounds, () => undefined);
  stream.write("[1");
  setImmediate(() => stream.destroy(new Error("reset")));
  expect(await reading).toEqual({ ok: false, trouble: "cut-off" });
  expect(bounds.budget.take(5)).toBe(true);
});
