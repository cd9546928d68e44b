import { corpus } from "./corpus.ts";
import { withBytesChanged, withMemberTwice } from "./mutate-bytes.ts";
import type { Random } from "./random.ts";

type Container = unknown[] | Record<string, unknown>;
/** A place in a message. */
type Slot = readonly [parent: Container, key: string];

/** Texts that are written into the JSON text directly, because JSON values cannot represent them. */
const rawNumbers = [
  "1e400",
  "-1e400",
  "1.0",
  "1e21",
  "-0",
  "0.5",
  "123456789012345678901234567890",
  "1E-9999",
  "NaN",
  "01",
];
const RAW = "raw-number-";
const lengths = [
  0, 1, 11, 12, 25, 26, 39, 40, 41, 50, 51, 70, 71, 100, 101, 125, 126, 255, 256, 512, 513, 5000,
];
const characters = [
  "a",
  "A",
  "0",
  "_",
  "-",
  "/",
  "+",
  " ",
  ".",
  "%",
  "\n",
  "\u0000",
  "\u007f",
  "é",
  "\u202e",
  "\u0301",
  "\ufeff",
  "\ufffd",
].concat(["\u{1f600}", "\u{10ffff}", "\ud800", "\udc00", "<", '"', "\\", "$"]);
const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "$where",
  "a.b",
  "taskId",
  "state",
  "revision",
].concat([
  "revision_hash",
  "name",
  "type",
  "blob",
  "job_guid",
  "steps",
  "job_details",
  "value",
  "\u0000",
  "length",
]);
const times = [
  "2016-07-01",
  "2016-02-30",
  "2016-07-01T24:00:00Z",
  "2016-07-01T10:00:60Z",
  "31 Feb 2016 10:00:00 GMT",
].concat(["9999-12-31T23:59:59-23:59", "0000-01-01", "not a date", "", "2016-07-01T10:00:00.999999-0130"]);
const words = [
  "pending",
  "running",
  "completed",
  "unscheduled",
  "success",
  "fail",
  "test",
  "build",
  "hg.mozilla.org",
  "github.com",
].concat([
  "buildbot_text",
  "builds-4h",
  "text_log_summary",
  "Bug suggestions",
  "Job Info",
  "performance_data",
  "json",
]);

/** Returns the body of a valid message that was then changed. The same numbers give the same body. */
export function mutant(random: Random): Buffer {
  // A copy, because changes must not affect the corpus.
  const message: unknown = structuredClone(random.pick(corpus));
  const root = [message];
  const changes = random.below(4) + (random.oneIn(20) ? random.below(30) : 0);
  for (let change = 0; change < changes; change++) changeSomething(random, root);
  const several = random.oneIn(8) ? [...root, random.pick(corpus), random.pick(corpus)] : root;
  const value = several.length > 1 || random.oneIn(20) ? several : several[0];
  const text = (JSON.stringify(value) ?? "").replace(
    /"raw-number-(\d+)"/g,
    (_, at) => rawNumbers[Number(at)] ?? "",
  );
  const written = random.oneIn(12) ? withMemberTwice(random, text) : text;
  return random.oneIn(3) ? withBytesChanged(random, Buffer.from(written)) : Buffer.from(written);
}

function changeSomething(random: Random, root: unknown[]): void {
  const slots = slotsOf(root);
  const timed = slots.filter(([, name]) => name.startsWith("time"));
  const [parent, key] = random.pick(timed.length > 0 && random.oneIn(8) ? timed : slots);
  const current = valueAt([parent, key]);
  const way = random.below(10);
  if (key.startsWith("time") && way < 7) put(parent, key, random.pick(times));
  else if (way === 0) remove(random, parent, key);
  else if (way === 1) addMember(random, isContainer(current) ? current : parent);
  else put(parent, key, otherValue(random, current, slots));
}

function otherValue(random: Random, current: unknown, slots: readonly Slot[]): unknown {
  switch (random.below(7)) {
    case 0:
      return wrapped(random, current);
    case 1:
      return someText(random);
    case 2:
      return typeof current === "number" ? someNumber(random) : random.pick([...times, ...words]);
    case 3:
      // The value of another place, which may have the wrong type, or be valid only there.
      return structuredClone(valueAt(random.pick(slots)));
    case 4:
      return Array.isArray(current) ? repeated(random, current) : [current, current];
    case 5:
      // A text made of its own letters, with a length at the edge of what is allowed.
      return typeof current === "string" && current !== ""
        ? current.repeat(600).slice(0, random.pick(lengths))
        : anyValue(random);
    default:
      return anyValue(random);
  }
}

function addMember(random: Random, container: Container): void {
  put(container, random.pick(names), anyValue(random));
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** Returns every place in the message, including its root. */
function slotsOf(value: Container, found: Slot[] = [], depth = 0): Slot[] {
  for (const key of Object.keys(value)) {
    if (found.length > 500 || depth > 60) break;
    found.push([value, key]);
    const inner = valueAt([value, key]);
    if (isContainer(inner)) slotsOf(inner, found, depth + 1);
  }
  return found;
}

function valueAt([parent, key]: Slot): unknown {
  return Object.getOwnPropertyDescriptor(parent, key)?.value;
}

function put(parent: Container, key: string, value: unknown): void {
  // An assignment to `__proto__` would not create a member, so the member is defined.
  if (Array.isArray(parent) && !/^\d+$/.test(key)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(random: Random, parent: Container, key: string): void {
  if (!Array.isArray(parent)) delete parent[key];
  else if (parent.length > 1 || random.oneIn(2))
    parent.splice(Number(key), 1, ...(parent.length > 1 ? [] : [null]));
}

function anyValue(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return someNumber(random);
    case 3:
      return someText(random);
    case 4:
      return random.pick([...words, ...times]);
    case 5:
      return [];
    case 6:
      return random.oneIn(2) ? {} : { name: "x", type: "json", blob: someNumber(random) };
    default:
      return structuredClone(random.pick(corpus));
  }
}

function someNumber(random: Random): unknown {
  if (random.oneIn(2)) return `${RAW}${random.below(rawNumbers.length)}`;
  return random.pick([0, 1, -1, 2, 4, 255, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e15, 1e300, 5e-324]);
}

function someText(random: Random): string {
  const length = random.pick(lengths);
  const one = random.pick(characters);
  if (random.oneIn(2)) return one.repeat(random.oneIn(30) ? length * 10 : length);
  return Array.from({ length: Math.min(length, 60) }, () => random.pick(characters)).join("");
}

function wrapped(random: Random, value: unknown): unknown {
  let outer = value;
  const levels = random.oneIn(5) ? 40 + random.below(60) : 1 + random.below(3);
  for (let level = 0; level < levels; level++)
    outer = random.oneIn(2) ? [outer] : { [random.pick(names)]: outer };
  return outer;
}

function repeated(random: Random, list: readonly unknown[]): unknown[] {
  if (list.length === 0 || random.oneIn(4)) return list.toReversed();
  const times = random.oneIn(30) ? 500 : 1 + random.below(4);
  return Array.from({ length: times }, () => list.slice(0, 5)).flat();
}
