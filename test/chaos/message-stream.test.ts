import { expect, it } from "@jest/globals";
import type { Expected, Message } from "./expected.ts";
import { messageStream } from "./message-stream.ts";
import type { PostedItem } from "./posted-item.ts";
import { seeded } from "./random.ts";
import { shareOut } from "./share-out.ts";

function messages(seed: number, count: number): Message[] {
  const all: Message[] = [];
  const options = { prefix: "t", logHost: "http://127.0.0.1:1" };
  const stream = messageStream(seeded(seed), options, () => all.length >= count);
  for (const message of stream) all.push(message);
  return all;
}

it("the same seed gives the same messages, and another seed gives other messages", () => {
  const bodies = (seed: number) => messages(seed, 500).map(({ body }) => body.toString("base64"));
  expect(bodies(1)).toEqual(bodies(1));
  expect(bodies(1)).not.toEqual(bodies(2));
});

it("the stream has messages of every kind, some of them twice, and arrays", () => {
  const all = messages(3, 6000);
  expect(all.length).toBeGreaterThanOrEqual(6000);
  const jobs = all.flatMap((message) => message.jobs);
  const kinds = new Set(jobs.map((each: Expected) => (each.kind === "accepted" ? each.state : each.kind)));
  expect([...kinds].toSorted()).toEqual(["completed", "pending", "rejected", "running", "skipped"]);
  const reasons = new Set(jobs.flatMap((each) => (each.kind === "rejected" ? [each.reason] : [])));
  expect(reasons.size).toBeGreaterThanOrEqual(6);
  expect(reasons).toContain("too-many-jobs");
  expect(new Set(jobs).size).toBeLessThan(jobs.length);
  const sizes = all.map((message) => message.jobs.length);
  expect(sizes.filter((size) => size > 1 && size < 10).length).toBeGreaterThan(100);
  expect(sizes.filter((size) => size >= 200).length).toBeGreaterThan(0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  const largest = all.filter((message) => message.jobs.length >= 200).map(({ body }) => body.length);
  expect(Math.max(...largest)).toBeLessThanOrEqual(1024 * 1024);
});

it("about a tenth of the jobs is posted, and so are invalid items of every kind; the same ones for the same seed", () => {
  const all = messages(3, 6000);
  const sharedOut = (): { published: Message[]; posted: PostedItem[] } => {
    const posted: PostedItem[] = [];
    const post = (item: PostedItem): void => void posted.push(item);
    return { published: [...shareOut(all, { random: seeded(4), prefix: "t", post })], posted };
  };
  const { published, posted } = sharedOut();
  const jobs = published.reduce((sum, message) => sum + message.jobs.length, 0);
  expect(posted.length / (jobs + posted.length)).toBeGreaterThan(0.05);
  expect(posted.length / (jobs + posted.length)).toBeLessThan(0.15);
  const expected = posted.flatMap((item) => item.jobs);
  const reasons = expected.flatMap((each) => (each.kind === "rejected" ? [each.reason] : []));
  expect([...new Set(reasons)].toSorted()).toEqual([
    "schema-violation",
    "unknown-revision-hash",
    "unusable-field",
  ]);
  // Some states of a job are sent the other way, and so are some duplicates.
  const both = new Set(published.flatMap((message) => message.jobs));
  expect(expected.some((each) => both.has(each))).toBe(true);
  expect(sharedOut().posted.map(({ body }) => body.toString())).toEqual(
    posted.map(({ body }) => body.toString()),
  );
});
