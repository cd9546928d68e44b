import type { ChannelModel } from "amqplib";
import type { Log } from "../../log.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import type { MessageSource, QueueDepth } from "../message-source.ts";

/** One answer of the broker about the queue. */
export interface DepthReading extends QueueDepth {
  /** Milliseconds on a clock that only goes forward. */
  readonly atMs: number;
}

/** What the readings so far amount to. */
export interface DepthState {
  /** The last half minute, oldest first; never empty. */
  readonly readings: readonly DepthReading[];
  /** The highest share of the limit, in per cent, that was reached and not left again; 0: none. */
  readonly level: number;
  /** Messages a second, negative while the queue gets shorter. */
  readonly growthPerSecond: number;
  /** Until the limit at this growth; 0 when it is reached, null while the queue does not grow. */
  readonly secondsToLimit: number | null;
}

export interface DepthJudgement {
  readonly state: DepthState;
  /** `warning`: a level was crossed on the way up; `ok`: the lowest level was left on the way down. */
  readonly event: "warning" | "ok" | null;
}

/** In per cent of the limit. With the limit at which Pulse deletes a queue, the first is where Pulse warns by mail. */
const LEVELS: readonly number[] = [25, 50, 75];
/** A level is left this much (per cent of the limit) below where it is reached: no flood of events at its edge. */
const SLACK = 5;
/** Long enough to smooth a batch's ups and downs, short enough to see a burst. */
const GROWTH_WINDOW_MS = 30_000;

/**
 * Judges the next reading. Pure.
 *
 * @param before - null at the first reading. Kept over a gap, so that a level is not told twice.
 * @param limit - messages at which the queue is lost.
 */
export function judgeDepth(before: DepthState | null, reading: DepthReading, limit: number): DepthJudgement {
  const recent = (before?.readings ?? []).filter(({ atMs }) => reading.atMs - atMs <= GROWTH_WINDOW_MS);
  // With rare readings the window may hold none: then the last one counts.
  const compared = recent[0] ?? before?.readings.at(-1) ?? reading;
  const seconds = (reading.atMs - compared.atMs) / 1000;
  const growthPerSecond = seconds > 0 ? (reading.messages - compared.messages) / seconds : 0;
  const percent = (100 * reading.messages) / limit;
  const level = levelAt(percent, before?.level ?? 0);
  const previous = before?.level ?? 0;
  return {
    state: {
      readings: [...recent, reading],
      level,
      growthPerSecond,
      secondsToLimit: secondsTo(limit - reading.messages, growthPerSecond),
    },
    event: level > previous ? "warning" : level === 0 && previous > 0 ? "ok" : null,
  };
}

/** The highest level that is reached, or was reached and is not left yet. */
function levelAt(percent: number, previous: number): number {
  return LEVELS.findLast((level) => percent >= (level <= previous ? level - SLACK : level)) ?? 0;
}

function secondsTo(room: number, growthPerSecond: number): number | null {
  if (room <= 0) return 0;
  return growthPerSecond > 0 ? room / growthPerSecond : null;
}

export interface DepthWatchOptions {
  readonly source: Pick<MessageSource, "queueDepth">;
  readonly everyMs: number;
  readonly limit: number;
  readonly log: Log;
}

export interface DepthWatch {
  /** Null: no answer yet, or none now. */
  state(): DepthState | null;
  /** Ends the watch; a question on its way is not waited for, since the broker may be silent. */
  stop(): void;
}

/**
 * Asks for the queue's depth again and again, and tells in the log when it comes near the limit (`queue_depth_warning`)
 * and when that is over (`queue_depth_ok`): once for each crossing, not at each reading.
 */
export function startDepthWatch({ source, everyMs, limit, log }: DepthWatchOptions): DepthWatch {
  let last: DepthState | null = null;
  let isKnown = false;
  let isAsking = false;

  async function ask(): Promise<void> {
    const depth = await source.queueDepth();
    isKnown = depth !== null;
    if (depth === null) return;
    const { state, event } = judgeDepth(last, { ...depth, atMs: performance.now() }, limit);
    last = state;
    if (event !== null) tell(event, state, depth);
  }

  function tell(
    event: "warning" | "ok",
    state: DepthState,
    { queue, messages, consumers }: QueueDepth,
  ): void {
    const { level, growthPerSecond, secondsToLimit } = state;
    const about = { queue, messages, limit, consumers };
    if (event === "ok") {
      log.info("queue_depth_ok", about);
      return;
    }
    log.warn("queue_depth_warning", {
      ...about,
      level_percent: level,
      growth_per_second: Math.round(growthPerSecond * 10) / 10,
      seconds_to_limit: secondsToLimit === null ? null : Math.round(secondsToLimit),
    });
  }

  function poll(): void {
    // One question at a time: a slow broker is not asked twice.
    if (isAsking) return;
    isAsking = true;
    ask()
      .catch((error: unknown) => log.error("bug", { what: "queue depth", error }))
      .finally(() => {
        isAsking = false;
      });
  }

  poll();
  const timer = setInterval(poll, everyMs);
  return {
    state: () => (isKnown ? last : null),
    stop: () => clearInterval(timer),
  };
}

/**
 * Asks the broker by a passive declaration, on a channel of its own: a refusal closes the channel, and must not take
 * the consumer's with it.
 *
 * @returns null when the queue is gone, or the connection is lost meanwhile: the source finds that out for itself.
 */
export async function readQueueDepth(connection: ChannelModel, queue: string): Promise<QueueDepth | null> {
  try {
    const channel = await connection.createChannel();
    surviveRefusals(channel);
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    await channel.close();
    return { queue, messages: messageCount, consumers: consumerCount };
  } catch {
    // Whatever it was, consuming has met it too, and its loop mends it.
    return null;
  }
}
