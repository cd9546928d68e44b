import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WorkerStory } from "../../story/a-running-worker.ts";
import type { Part } from "../part.ts";
import { rounded } from "../part.ts";
import { broker } from "../servers.ts";

const EXCHANGES = 1000;
const KEYS = 20;
const ASK_EVERY_MS = 5;

/**
 * Measures a worker with a large registry: from its start until it consumes, and from SIGHUP until a newly listed exchange is bound
 * and the one that it replaces is unbound. `/livez` is polled all the time.
 */
export const bindings = {
  goals: { first_start_s: { atMost: 6 }, reload_s: { atMost: 2 }, slowest_http_ms: { atMost: 100 } },
  contenders: [],
  async measure(_drains, { show }) {
    const story = await WorkerStory.on((await broker()).url);
    const names = Array.from({ length: EXCHANGES + 1 }, (_, nth) => `${story.exchange}-${nth}`);
    for (const name of names) await story.channel.assertExchange(name, "topic", { durable: true });
    try {
      show("bindings: first start");
      writeRegistry(story, names.slice(0, EXCHANGES));
      const startedAtMs = performance.now();
      const worker = story.add({ LOG_LEVEL: "info" });
      const { url } = await worker.untilEvent("http_listening");
      const answers = askAgainAndAgain(`${url}/livez`);
      await worker.until("consuming", () => worker.lines.some(({ event }) => event === "consuming"), 120_000);
      const firstStartMs = performance.now() - startedAtMs;
      show("bindings: reload");
      writeRegistry(story, names.slice(1));
      const changedAtMs = performance.now();
      worker.signal("SIGHUP");
      await worker.until("unbound", () => worker.lines.some(({ event }) => event === "unbound"), 120_000);
      const reloadMs = performance.now() - changedAtMs;
      const slowestMs = await answers.end();
      await worker.stop();
      return {
        what: `a worker with ${EXCHANGES} exchanges, ${KEYS} routing keys each`,
        figures: {
          first_start_s: rounded(firstStartMs / 1000, 2),
          reload_s: rounded(reloadMs / 1000, 2),
          slowest_http_ms: Math.round(slowestMs),
        },
      };
    } finally {
      for (const name of names) await story.channel.deleteExchange(name);
      await story.end();
    }
  },
} satisfies Part;

function writeRegistry(story: WorkerStory, exchanges: readonly string[]): void {
  const keys = Array.from({ length: KEYS }, (_, nth) => `project-${nth}`).join(", ");
  const entry = (exchange: string): string =>
    `  - exchange: ${exchange}\n    destinations: [treeherder]\n    projects: [${keys}]\n`;
  writeFileSync(join(story.folder, "exchanges.yml"), `exchanges:\n${exchanges.map(entry).join("")}`);
}

/** Sends one request after the other. `end` returns the time that the slowest answer took, in milliseconds. */
function askAgainAndAgain(url: string): { end(): Promise<number> } {
  let isOver = false;
  let slowestMs = 0;
  const asking = (async () => {
    while (!isOver) {
      const askedAtMs = performance.now();
      const answer = await fetch(url);
      await answer.arrayBuffer();
      slowestMs = Math.max(slowestMs, performance.now() - askedAtMs);
      await wait(ASK_EVERY_MS);
    }
  })();
  return {
    async end() {
      isOver = true;
      await asking;
      return slowestMs;
    },
  };
}
