import type { Delivery } from "../../src/domain/delivery.ts";
import { toRejection } from "../../src/ingest/write/to-rejection.ts";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import type { JobVerdict } from "../../src/judge/verdict.ts";
import { aDelivery, limits, schemas } from "../examples.ts";
import { messageOf } from "../ingest/write-messages.ts";
import { mutant } from "./mutate.ts";
import { randomOf } from "./random.ts";
import { wrongsOf } from "./rules.ts";

const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
const SLOW_TRIES = 3;
/** How many bytes of a rejected message are kept. */
const KEPT_BYTES = 2000;
const MAX_FAILURES = 20;
/** The default limit of the worker. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A message that was not judged as it should be. */
export interface Failure {
  /** The number of the mutant. Together with the seed, it gives the same message again. */
  readonly index: number;
  readonly what: string;
  readonly body_base64: string;
}

export interface FuzzReport {
  readonly seed: number;
  readonly messages: number;
  /** The number of job messages; an array holds several. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly slowest_ms: number;
  readonly failures: readonly Failure[];
}

export interface MutantOptions {
  /** A message that takes more CPU time than this, in milliseconds, is a failure. Tests leave it out, because a busy machine is slow. */
  readonly slowMs?: number;
  /** Called from time to time with the number of judged mutants. */
  readonly onProgress?: (done: number) => void;
}

/** Judges `count` mutants, the same for the same seed, and checks each verdict. Ends early after some failures. */
export function judgeMutants(
  seed: number,
  count: number,
  { slowMs = Number.POSITIVE_INFINITY, onProgress = () => undefined }: MutantOptions = {},
): FuzzReport {
  const verdicts: Record<string, number> = {};
  const failures: Failure[] = [];
  const prototypes = prototypeMembers();
  let slowestMs = 0;
  let index = 0;
  for (; index < count && failures.length < MAX_FAILURES; index++) {
    const body = mutant(randomOf(seed, index));
    const wrongs: string[] = [];
    let cpuMs = 0;
    try {
      const begun = process.cpuUsage();
      const judged = judgeDelivery(deliveryOf(body), options);
      cpuMs = milliseconds(process.cpuUsage(begun));
      for (const verdict of judged) {
        const kind = verdict.kind === "rejected" ? `rejected: ${verdict.fault.reason}` : verdict.kind;
        verdicts[kind] = (verdicts[kind] ?? 0) + 1;
      }
      wrongs.push(...wrongsOfBody(body, judged));
      if (index % 100 === 0 && !isSame(judged, judgeDelivery(deliveryOf(body), options))) {
        wrongs.push("a second look gives another verdict");
      }
    } catch (error) {
      wrongs.push(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
    }
    if (prototypeMembers() !== prototypes) wrongs.push("a prototype has changed");
    if (cpuMs > slowMs) {
      // The machine may have been busy with something else, so a slow message is judged again.
      cpuMs = Math.min(cpuMs, ...Array.from({ length: SLOW_TRIES }, () => cpuMsOf(body)));
      if (cpuMs > slowMs) wrongs.push(`takes ${Math.round(cpuMs)} ms of CPU time`);
    }
    slowestMs = Math.max(slowestMs, cpuMs);
    for (const what of wrongs)
      failures.push({ index, what, body_base64: body.toString("base64", 0, 20_000) });
    if (index % 10_000 === 0) onProgress(index);
  }
  return { seed, messages: index, verdicts, slowest_ms: Math.round(slowestMs * 10) / 10, failures };
}

/** Checks that there is one verdict for each job message of the body, and that each verdict is right. */
function wrongsOfBody(body: Buffer, judged: readonly JobVerdict[]): string[] {
  const wrongs: string[] = [];
  const expected = itemsOf(body);
  if (judged.length !== expected) wrongs.push(`${judged.length} verdicts on ${expected} job messages`);
  for (const verdict of judged) {
    wrongs.push(...wrongsOf(verdict));
    if (verdict.kind !== "rejected") continue;
    const { payload } = toRejection(messageOf(deliveryOf(body)), verdict, KEPT_BYTES);
    const kept = Buffer.from(payload.content, payload.encoding === "json" ? "utf8" : "base64").length;
    if (kept > KEPT_BYTES) wrongs.push(`${kept} bytes of the payload are kept`);
  }
  return wrongs;
}

/** Returns a delivery like that of the worker's consumer, which cuts a body that is too long. */
function deliveryOf(body: Buffer): Delivery {
  if (body.length <= MAX_BODY_BYTES) return aDelivery(body);
  const oversize = { bytes: body.length, sha256: "0".repeat(64), limitBytes: MAX_BODY_BYTES };
  return aDelivery(body.subarray(0, 1000), { oversize });
}

/** Returns how many job messages a body holds. One that is not JSON counts as one, and so does an array that is empty or too long. */
function itemsOf(body: Buffer): number {
  if (body.length > MAX_BODY_BYTES) return 1;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length > options.maxJobs) return 1;
    return nesting(text) <= options.maxDepth ? Math.max(1, value.length) : 1;
  } catch {
    return 1;
  }
}

/** Returns the nesting depth of the text. Of two members with the same name, the first may be the deeper one. */
function nesting(text: string): number {
  let [depth, most] = [0, 0];
  for (const [bracket] of text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    most = Math.max(most, depth);
  }
  return most;
}

function cpuMsOf(body: Buffer): number {
  const begun = process.cpuUsage();
  judgeDelivery(deliveryOf(body), options);
  return milliseconds(process.cpuUsage(begun));
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function isSame(a: readonly JobVerdict[], b: readonly JobVerdict[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function prototypeMembers(): string {
  const all = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
  return all.map((prototype) => Reflect.ownKeys(prototype).length).join();
}
