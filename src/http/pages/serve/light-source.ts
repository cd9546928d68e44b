import { blankSecrets } from "../../../domain/text/blank-url.ts";
import { escapeInvisible } from "../../../domain/text/escape-invisible.ts";
import { withDeadline } from "../../../timing/deadline.ts";
import type { LightView } from "../../../web/worker-light.tsx";
import { shareAnswer } from "../../server/share-answer.ts";

/** Reports the worker's condition. */
export interface LightSource {
  /** Never fails. Waits at most {@link PATIENCE_MS}, so that a slow store does not delay a page. */
  ask(): Promise<LightView>;
  /** Returns the last known condition without waiting. */
  last(): LightView;
}

export interface LightOptions {
  /** Returns the problems that keep the worker from working; empty if it is ready. */
  readonly problems: () => Promise<readonly string[]>;
  /** Whether to show the problems. They may contain database addresses and file paths, which only operators may see. */
  readonly showsReasons: boolean;
  /** The condition to report if there is no problem. */
  readonly ready: LightView;
  /** Returns the milliseconds since any fixed time. */
  readonly now: () => number;
}

/** How long an answer is reused, in milliseconds. */
const FRESH_MS = 2000;
/** How long a page waits for an answer, in milliseconds. */
const PATIENCE_MS = 200;

/** Creates a source that asks for the worker's problems when a page needs them, and remembers the answer for {@link FRESH_MS}. */
export function createLightSource({ problems, showsReasons, ready, now }: LightOptions): LightSource {
  let last: LightView = { state: "unknown", words: "not known yet" };
  let knownAtMs = Number.NEGATIVE_INFINITY;

  const refresh = shareAnswer(async () => {
    const [first] = await problems().catch(() => ["the worker cannot report its state"]);
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
