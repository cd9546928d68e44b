/** Measurements of one interval of a soak. */
export interface Interval {
  /** Job messages that had ended by the end of the interval. */
  readonly messages: number;
  readonly per_s: number;
  /** The lowest resident memory in the interval, which is about what garbage collection leaves. */
  readonly rss_mib: number;
  readonly cpu_s_per_10k: number;
}

export interface Growth {
  /** The slope of a straight line through the measurements after the first third, in which caches fill. */
  readonly mib_per_100k: number;
  /** The growth by that line, from the end of the first third to the end. */
  readonly mib: number;
  readonly flat: boolean;
}

/** A line through noise is never quite level. This many bytes, or a tenth of the memory if that is more, do not count as growth. */
const NOISE_MIB = 10;

/** Returns how memory grows with the number of messages. @throws Error if there are too few measurements. */
export function growthOf(intervals: readonly Interval[]): Growth {
  const settled = intervals.slice(Math.ceil(intervals.length / 3));
  const [first, last] = [settled[0], settled.at(-1)];
  if (first === undefined || last === undefined || settled.length < 2) throw new Error("too few intervals");
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanMessages = mean(settled.map(({ messages }) => messages));
  const meanRss = mean(settled.map(({ rss_mib }) => rss_mib));
  const spread = settled.map(({ messages }) => (messages - meanMessages) ** 2);
  const together = settled.map(({ messages, rss_mib }) => (messages - meanMessages) * (rss_mib - meanRss));
  const slope = mean(together) / mean(spread);
  const mib = slope * (last.messages - first.messages);
  return {
    mib_per_100k: Number((slope * 100_000).toFixed(2)),
    mib: Number(mib.toFixed(1)),
    flat: mib <= Math.max(NOISE_MIB, meanRss / 10),
  };
}
