import { blankSecrets } from "../../../domain/text/blank-url.ts";
import { escapeInvisible } from "../../../domain/text/escape-invisible.ts";
import { withDeadline } from "../../../timing/deadline.ts";
import type { LightView } from "../../../web/worker-light.tsx";
import { shareAnswer } from "../../server/share-answer.ts";

/** Says how the worker is. */
export interface LightSource {
  /** Never fails. Waits a moment at most, so that a page is not late because the store is. */
  ask(): Promise<LightView>;
  /** Returns what was known last, at once. */
  last(): LightView;
}

export interface LightOptions {
  /** Returns what keeps the worker from working; an empty list if it is ready. */
  readonly problems: () => Promise<readonly string[]>;
  /** Whether to say the problems. They hold addresses of databases, and paths: only operators may see them. */
  readonly showsReasons: boolean;
  /** What to say if there is no problem. */
  readonly ready: LightView;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

/** How long an answer is used, in milliseconds. */
const FRESH_MS = 2000;
/** How long a page waits for an answer, in milliseconds. */
const PATIENCE_MS = 200;

/** Asks for the worker's problems when a page needs them, and remembers the answer for a moment. */
export function createLightSource({ problems, showsReasons, ready, now }: LightOptions): LightSource {
  let last: LightView = { state: "unknown", words: "not known yet" };
  let knownAtMs = Number.NEGATIVE_INFINITY;

  const refresh = shareAnswer(async () => {
    const [first] = await problems().catch(() => ["the worker cannot say how it is"]);
    last = first === undefined ? ready : { state: "trouble", words: wordsFor(first) };
    knownAtMs = now();
    return last;
  });

  function wordsFor(problem: string): string {
    return showsReasons ? escapeInvisible(blankSecrets(problem)) : "not ready now";
  }

  return {
    ask: async () => (now() - knownAtMs < FRESH_MS ? last : withDeadline(refresh(), PATIENCE_MS, () => last)),
    last: () => last,
  };
}
