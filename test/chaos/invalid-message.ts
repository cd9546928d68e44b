import { createHash } from "node:crypto";
import type { FaultReason } from "../../src/domain/faults.ts";
import { aMessage } from "../examples.ts";
import type { Message } from "./expected.ts";
import type { Random } from "./random.ts";

type Invalid = readonly [
  reason: FaultReason,
  body: (id: string) => Buffer | Readonly<Record<string, unknown>>,
];

const usual: readonly [Invalid, ...Invalid[]] = [
  ["schema-violation", (taskId) => ({ taskId, state: "finished" })],
  ["schema-violation", (taskId) => ({ taskId, tier: 9 })],
  ["malformed-body", (taskId) => Buffer.from(`{"taskId": "${taskId}`)],
  ["malformed-body", (taskId) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(taskId)])],
  ["unreadable-time", (taskId) => ({ taskId, timeStarted: "not a date" })],
  [
    "project-not-accepted",
    (taskId) => ({
      taskId,
      origin: { kind: "hg.mozilla.org", project: "elsewhere", revision: "b".repeat(40) },
    }),
  ],
  [
    "unknown-revision-hash",
    (taskId) => ({
      taskId,
      origin: { kind: "hg.mozilla.org", project: "try", revision_hash: "c".repeat(40) },
    }),
  ],
];
const oversize: Invalid = ["oversize-body", (taskId) => Buffer.alloc(1024 * 1024 + 1, taskId)];

/** Returns a message that must be rejected, and that differs from all others of the run. */
export function invalidMessage(index: number, prefix: string, random: Random): Message {
  const [reason, make] = random.chance(0.01) ? oversize : random.pick(usual);
  const made = make(`${prefix}invalid${index}`);
  const body = Buffer.isBuffer(made) ? made : Buffer.from(JSON.stringify(aMessage(made)));
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { body, jobs: [{ kind: "rejected", reason, sha256 }] };
}
