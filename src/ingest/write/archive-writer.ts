import { encodeSegment } from "../../archive/segment.ts";
import { toStoredOrigin } from "../../domain/origin.ts";
import type { Log } from "../../log.ts";
import { type Counters, countSegment } from "../../metrics/counters.ts";
import { hasFailed, haveJobsEnded, type MessageProgress } from "../progress/message-progress.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import { unlessAway } from "../progress/unless-away.ts";
import { halve } from "./halve.ts";
import type { ArchivingStore } from "./slice-archive.ts";
import { toEntry } from "./to-entry.ts";

/** The maximum size of the bodies in a segment that is made after its messages have ended. A single message may be larger. */
const SEGMENT_BYTES = 4 * 1024 ** 2;

/**
 * Archives messages that were not stored together with their slice. It does so after all of their jobs have ended, and before they
 * are answered. If the store goes away in between, it has the jobs but not the message. The message is then not answered, arrives
 * again and ends as `unchanged`.
 */
export class ArchiveWriter {
  readonly #counters: Counters;
  readonly #log: Log;

  constructor({ counters, log }: { readonly counters: Counters; readonly log: Log }) {
    this.#counters = counters;
    this.#log = log;
  }

  /**
   * Archives the messages that have to be archived. Returns all messages, in order. Those that still wait for the archive could not be
   * written because the store stayed away. Never throws.
   */
  async add(
    batch: readonly MessageProgress[],
    store: PatientStore<ArchivingStore>,
  ): Promise<{ readonly batch: readonly MessageProgress[]; readonly isStoreAway: boolean }> {
    const settled = new Set(batch.filter((progress) => haveJobsEnded(progress) && !isKept(progress)));
    const kept = batch.filter(
      (progress) => progress.awaitsArchive && haveJobsEnded(progress) && !settled.has(progress),
    );
    let isStoreAway = false;
    for (const group of inGroups(kept)) {
      const added = await unlessAway(async () => {
        await this.#addGroup(group, store);
        return group;
      });
      isStoreAway = added === null;
      if (added === null) break;
      for (const progress of added) settled.add(progress);
    }
    const after = batch.map((progress) =>
      progress.awaitsArchive && settled.has(progress) ? { ...progress, awaitsArchive: false } : progress,
    );
    return { batch: after, isStoreAway };
  }

  /** @throws Unavailable if the store stayed away. */
  async #addGroup(group: readonly MessageProgress[], store: PatientStore<ArchivingStore>): Promise<void> {
    const tried = await halve(group, async (part) => {
      const segment = await encodeSegment(part.map(toEntry));
      await store.ask((there) => there.addSegment(segment));
      countSegment(this.#counters, segment);
      return part.map(() => true);
    });
    for (const [index, one] of tried.entries()) {
      const message = group[index]?.message;
      if (one.ok || message === undefined) continue;
      // The message's jobs are stored or rejected. If it were failed because of the archive, it would be delivered again for ever.
      this.#counters.notArchived.inc();
      this.#log.error("bug", { what: "archive", ...toStoredOrigin(message.origin), error: one.bug });
    }
  }
}

/**
 * Returns whether a message whose jobs have ended is archived. A failed message arrives again, and requests are archived only if
 * something in them was accepted.
 */
function isKept(progress: MessageProgress): boolean {
  if (hasFailed(progress)) return false;
  const { message, ended } = progress;
  return message.origin.kind === "pulse" || ended.some(({ outcome }) => outcome !== "rejected");
}

function inGroups(batch: readonly MessageProgress[]): readonly (readonly MessageProgress[])[] {
  const groups: MessageProgress[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const progress of batch) {
    const { length } = progress.message.raw.body;
    bytes += length;
    if (bytes > SEGMENT_BYTES) {
      groups.push([]);
      bytes = length;
    }
    groups.at(-1)?.push(progress);
  }
  return groups;
}
