import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsSchema } from "../../../src/config/settings.ts";
import { fillQueues } from "../contenders/filled-queues.ts";
import { PREFETCH } from "../contenders/sizes.ts";
import { workerDrain } from "../contenders/worker-drain.ts";
import { messageMix } from "../message-mix.ts";
import { padded } from "../pad-messages.ts";
import type { Part } from "../part.ts";
import { mongodb } from "../servers.ts";

const { MAX_BODY_BYTES } = settingsSchema.parse({});
/** Sizes of a body, in KiB. The actual body is a little smaller, so that the largest one is not refused. */
const SIZES_KIB = [16, 128, MAX_BODY_BYTES / 1024];
/** How often the worker's window is filled, unless that takes more than {@link MOST_BYTES}. */
const WINDOWS = 3;
/** The maximum number of bytes that the broker holds. */
const MOST_BYTES = 512 * 1024 ** 2;
/** There are three messages for each job. */
const STATES = 3;

/** Measures the worker's peak memory with large messages on both stores. The target applies to the maximum of all sizes and stores. */
export const large = {
  goals: { peak_rss_mib: { atMost: 256 } },
  contenders: [],
  async measure(_drains, { show }) {
    const figures: Record<string, number> = {};
    for (const kib of SIZES_KIB) {
      for (const store of ["sqlite", "mongodb"] as const) {
        show(`large: ${kib} KiB, ${store}`);
        figures[`${store}_${kib}_kib_peak_rss_mib`] = await peakMib(kib, store);
      }
    }
    return {
      what: `the worker with large messages; ${PREFETCH} are held at most`,
      figures: { ...figures, peak_rss_mib: Math.max(...Object.values(figures)) },
    };
  },
} satisfies Part;

async function peakMib(kib: number, store: "sqlite" | "mongodb"): Promise<number> {
  const bytes = kib * 1024;
  const messages = Math.min(WINDOWS * PREFETCH, MOST_BYTES / bytes);
  const mix = padded(messageMix(Math.ceil(messages / STATES), `large${kib}`), bytes);
  const queues = await fillQueues(mix, ["large"]);
  const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-large-"));
  try {
    const mongodbUrl = store === "sqlite" ? null : `${(await mongodb()).url}large_${kib}`;
    const { peak_rss_mib } = await workerDrain(queues.queueOf("large"), { dataDir, mongodbUrl });
    return Math.round(peak_rss_mib ?? Number.NaN);
  } finally {
    await queues.done("large");
    await queues.end();
    await rm(dataDir, { recursive: true });
  }
}
