import { withDeadline } from "../../../timing/deadline.ts";
import { askWorker, type WorkerAnswer } from "../../observe/ask-worker.ts";
import { shareAnswer } from "../../server/share-answer.ts";
import type { PageParts } from "../page-parts.ts";

/** Asks all workers that the pages know: the one in this process, and those of `PAGES_WORKERS`. */
export interface WorkerStatuses {
  /** Returns the worker of this process first, if there is one. Never fails, and takes little more than {@link PATIENCE_MS}. */
  ask(): Promise<readonly WorkerAnswer[]>;
}

/** How long a page waits for a worker, in milliseconds. */
const PATIENCE_MS = 2500;
/** How long an answer is reused for other readers, in milliseconds. */
const FRESH_MS = 1000;

/** The name of the worker that serves these pages, used instead of an address. */
export const THIS_WORKER = "this worker";

/** Creates a cache of workers' statuses. Each worker is asked at most once a second, however many readers there are. */
export function createWorkerStatuses({
  status,
  settings,
  now,
}: Pick<PageParts, "status" | "settings" | "now">): WorkerStatuses {
  let last: readonly WorkerAnswer[] = [];
  let askedAtMs = Number.NEGATIVE_INFINITY;

  async function askOne(url: string, asking: () => Promise<WorkerAnswer>): Promise<WorkerAnswer> {
    const late = { url, status: null, trouble: `no answer within ${PATIENCE_MS / 1000} s` };
    return withDeadline(asking(), PATIENCE_MS, () => late);
  }

  const askAll = shareAnswer(async () => {
    const own =
      status === null
        ? []
        : [
            askOne(THIS_WORKER, async () => ({
              ...{ url: THIS_WORKER, status: await status(), trouble: null },
            })),
          ];
    last = await Promise.all([
      ...own,
      ...settings.PAGES_WORKERS.map((url) => askOne(url, () => askWorker(url, "PAGES_WORKERS"))),
    ]);
    askedAtMs = now();
    return last;
  });
  return { ask: async () => (now() - askedAtMs < FRESH_MS ? last : askAll()) };
}
