import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { faultErrors } from "../../src/domain/explain-fault.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { runCli } from "../cli/run-cli.ts";
import { aMessage } from "../examples.ts";
import { findPulsePublishers } from "../servers/python-clients.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const python = await serverOrSkip(findPulsePublishers);
const both = [broker, python].every((each) => each.describe === describe) ? describe : describe.skip;

both(`publishers with ${python.name} on ${broker.name}`, () => {
  let story: WorkerStory;
  let store: Store;
  beforeAll(async () => {
    story = await WorkerStory.on(broker.server().url);
    await story.start();
    store = await story.store();
  });
  afterAll(async () => {
    await store.close();
    await story.end();
  });

  /** @param messages - a JSON array as the program's input. */
  async function publishWith(program: string, messages: string): Promise<void> {
    const { hostname, port, pathname } = new URL(broker.server().url);
    const vhost = decodeURIComponent(pathname.slice(1)) || "/";
    const path = fileURLToPath(new URL(program, import.meta.url));
    await python.server().run(path, [hostname, port, vhost, story.exchange, "story.try", messages]);
  }

  /** Waits until these tasks have ended. Returns `stored` or the errors for each of them. */
  async function endsOf(tasks: readonly string[]): Promise<unknown[]> {
    for (;;) {
      const ends = await Promise.all(
        tasks.map(async (task_id) => {
          if ((await store.findJob("try", task_id)) !== null) return "stored";
          const [rejection] = await store.listRejections({ task_id, limit: 1 });
          return rejection === undefined ? null : faultErrors(rejection.fault);
        }),
      );
      if (!ends.includes(null)) return ends;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it("MozillaPulse: jobs in its envelope are stored, and the pointer of an error includes the envelope", async () => {
    const tasks = ["moz/0", "moz/1", "moz/2", "moz/3"];
    const [one = "", two = "", three = "", bad = ""] = tasks;
    const messages = [
      aMessage({ taskId: one }),
      [aMessage({ taskId: two }), aMessage({ taskId: three })],
      aMessage({ taskId: bad, state: "done" }),
    ];
    await publishWith("publish-with-mozillapulse.py", JSON.stringify(messages));
    const ends = await endsOf(tasks);
    expect(ends.slice(0, 3)).toEqual(["stored", "stored", "stored"]);
    expect(ends[3]).toMatchObject([{ pointer: "/payload/state", keyword: "enum" }]);
  });

  it("kombu: jobs are stored whatever the declared encoding, with numbers and letters unchanged", async () => {
    const options = [
      {},
      ...["gzip", "zlib"].map((compression) => ({ compression })),
      ...["gzip", "zlib", "deflate", "utf-8", "utf-8-sig", "latin-1", "iso-8859-1"].map(declared),
      ...["utf-16", "utf-16-le", "utf-16-be", "utf_16"].map(declared),
    ];
    const extra = { artifacts: [{ name: "ids", type: "json", blob: { id: "ID" } }] };
    const messages = options.map((each, n) => [
      aMessage({ taskId: `kombu/${n}`, reason: "café", extra }),
      each,
    ]);
    // Python keeps all digits; JavaScript would not.
    const text = JSON.stringify(messages).replaceAll('"ID"', "1724442618569203714");
    await publishWith("publish-with-kombu.py", text);
    const tasks = options.map((_, n) => `kombu/${n}`);
    expect(await endsOf(tasks)).toEqual(tasks.map(() => "stored"));
    for (const task of tasks) {
      expect((await store.findJob("try", task))?.job.reason).toBe("café");
      const artifact = await store.findArtifact("try", task, "ids");
      expect(artifact?.blob).toBe('{"id":1724442618569203714}');
    }
  });

  it("kombu: an unknown compression is rejected with its name, and the properties are shown", async () => {
    const messages = [[aMessage({ taskId: "bz/0" }), { compression: "bzip2" }]];
    await publishWith("publish-with-kombu.py", JSON.stringify(messages));
    const wanted = { reason: "unsupported-encoding", limit: 1 } as const;
    let found = await store.listRejections(wanted);
    for (; found.length === 0; found = await store.listRejections(wanted)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const [rejection] = found;
    const properties = {
      content_type: "application/json",
      content_encoding: "utf-8",
      compression: "application/x-bz2",
    };
    expect(rejection).toMatchObject({
      fault: { property: "compression", value: "application/x-bz2" },
      payload: { encoding: "base64", properties },
    });
    const { stdout } = await runCli(["rejections", "show", rejection?.id ?? ""], { DATA_DIR: story.folder });
    for (const [name, value] of Object.entries(properties)) {
      expect(stdout).toMatch(new RegExp(`^its ${name} +${value}$`, "m"));
    }
    expect(stdout).toContain('the compression "application/x-bz2" cannot be decoded');
  });
});

function declared(content_encoding: string): object {
  return { content_encoding };
}
