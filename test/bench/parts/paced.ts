import { setTimeout as wait } from "node:timers/promises";
import { WorkerStory } from "../../story/a-running-worker.ts";
import { type MessageMix, messageMix } from "../message-mix.ts";
import { type Part, percentile } from "../part.ts";
import { broker } from "../servers.ts";

const PER_SECOND = 300;
const JOBS = 1000;

/** Measures how long after publishing a message is durable in SQLite, at the message rate of an ordinary day. */
export const paced = {
  goals: { p50_ms: { atMost: 100 }, p99_ms: { atMost: 1000 } },
  contenders: [],
  async measure() {
    const story = await WorkerStory.on((await broker()).url);
    // At this level the worker logs the end of each job, with the time.
    const worker = await story.start({ LOG_LEVEL: "debug" });
    const mix = messageMix(JOBS, "paced");
    const publishedAtMs = await publishPaced(story, mix);
    const isOver = () => worker.lines.length >= mix.jobMessages && worker.ended().length === mix.jobMessages;
    await worker.until("the end of every message", isOver);
    // Jobs are stored in order, so the first job that ended is the first that was published.
    const latencies = worker
      .ended()
      .map(({ time }, at) => Date.parse(time) - (publishedAtMs[at] ?? Number.NaN));
    await worker.stop();
    await story.end();
    return {
      what: `${PER_SECOND} messages a second into SQLite, from published to stored`,
      figures: { p50_ms: percentile(latencies, 0.5), p99_ms: percentile(latencies, 0.99) },
    };
  },
} satisfies Part;

/** Returns the time at which each job message was published. */
async function publishPaced(story: WorkerStory, { bodies, jobsOf }: MessageMix): Promise<number[]> {
  const publishedAtMs: number[] = [];
  const begun = performance.now();
  for (const [at, body] of bodies.entries()) {
    const early = begun + (at * 1000) / PER_SECOND - performance.now();
    if (early > 0) await wait(early);
    const now = Date.now();
    for (let job = 0; job < (jobsOf[at] ?? 0); job++) publishedAtMs.push(now);
    story.channel.publish(story.exchange, "story.try", body, { deliveryMode: 2 });
  }
  await story.channel.waitForConfirms();
  return publishedAtMs;
}
