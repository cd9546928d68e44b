import type { ChannelModel } from "amqplib";
import type { Log } from "../../log.ts";
import { surviveRefusals } from "../connection/survive-refusals.ts";
import type { MessageSource, QueueDepth } from "../message-source.ts";

/** The queue's depth at one time, as the broker reported it. */
export interface DepthReading extends QueueDepth {
  /** When the answer arrived, in milliseconds on the monotonic clock. */
  readonly atMs: number;
}

/** The state of the queue according to the readings so far. */
export interface DepthState {
  /** The readings of the last half minute, oldest first; at least one. */
  readonly readings: readonly DepthReading[];
  /** The highest level that has been reached and not left again, in per cent of the limit; 0 if there is none. */
  readonly level: number;
  /** Messages per second; negative while the queue gets shorter. */
  readonly growthPerSecond: number;
  /** The time until the limit is reached at this growth; 0 if it has been reached, null if the queue does not grow. */
  readonly secondsToLimit: number | null;
}

export interface DepthJudgement {
  readonly state: DepthState;
  /** `warning` if a level was crossed on the way up, `ok` if the lowest level was left on the way down. */
  readonly event: "warning" | "ok" | null;
}

/** Levels that are reported, in per cent of the limit. At the first one, Pulse warns the queue's owner by mail. */
const LEVELS: readonly number[] = [25, 50, 75];
/**
 * How far the depth must fall below a level to leave it, in per cent of the limit. Without this margin, a depth that varies
 * around a level would cause a flood of events.
 */
const SLACK = 5;
/** The time over which growth is measured: long enough to smooth out single batches, and short enough to show a burst. */
const GROWTH_WINDOW_MS = 30_000;

/**
 * Judges the next reading. Pure.
 *
 * @param before - the state after the last reading, or null at the first one. Pass it even after a gap, so that a level is not
 *   reported twice.
 * @param limit - the number of messages at which the broker deletes the queue.
 */
export function judgeDepth(before: DepthState | null, reading: DepthReading, limit: number): DepthJudgement {
  const recent = (before?.readings ?? []).filter(({ atMs }) => reading.atMs - atMs <= GROWTH_WINDOW_MS);
  // If readings are rare, the window may be empty. The last reading is used then.
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

/** Returns the highest level that is reached, or that was reached and has not been left yet. */
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
  /** Returns the last state, or null if the broker has not answered yet or does not answer now. */
  state(): DepthState | null;
  /** Ends the watch. It does not wait for a pending answer, because the broker may never answer. */
  stop(): void;
}

/**
 * Reads the queue's depth at an interval. Logs `queue_depth_warning` when the depth reaches a level, and `queue_depth_ok` when
 * it has fallen below all levels. Each is logged once per crossing, not at each reading.
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
    if (event !== null) logEvent(event, state, depth);
  }

  function logEvent(
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
    // Only one request at a time, even if the broker is slow.
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
 * Reads the queue's depth with a passive declaration. It uses a separate channel, because a refusal closes the channel, which
 * must not be the consumer's.
 *
 * @returns null if the queue is gone or the connection is lost. The source itself notices both.
 */
export async function readQueueDepth(connection: ChannelModel, queue: string): Promise<QueueDepth | null> {
  try {
    const channel = await connection.createChannel();
    surviveRefusals(channel);
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    await channel.close();
    return { queue, messages: messageCount, consumers: consumerCount };
  } catch {
    // The source hits the same error while consuming, and reconnects.
    return null;
  }
}
