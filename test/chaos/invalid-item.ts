import { createHash } from "node:crypto";
import type { FaultReason } from "../../src/domain/faults.ts";
import type { PostedItem } from "./posted-item.ts";
import type { Random } from "./random.ts";

type Invalid = readonly [reason: FaultReason, item: (id: string) => object, hasGuid: boolean];

const revision = "b".repeat(40);
const kinds: readonly [Invalid, ...Invalid[]] = [
  ["schema-violation", (job_guid) => ({ revision, job: { job_guid, tier: -1 } }), true],
  ["schema-violation", (name) => ({ revision, job: { name } }), false],
  ["unusable-field", (job_guid) => ({ job: { job_guid, state: "running" } }), true],
  ["unknown-revision-hash", (job_guid) => ({ revision_hash: "c".repeat(40), job: { job_guid } }), true],
];

/** Returns an item that must be rejected, and that differs from all others of the run. */
export function invalidItem(index: number, prefix: string, random: Random): PostedItem {
  const [reason, make, hasGuid] = random.pick(kinds);
  const id = `${prefix}baditem${index}`;
  const body = Buffer.from(JSON.stringify(make(id)));
  const sha256 = createHash("sha256").update(body).digest("hex");
  return {
    ...{ project: "try", guid: hasGuid ? id : null, body },
    jobs: [{ kind: "rejected", reason, sha256 }],
  };
}
