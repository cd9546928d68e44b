import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it, jest } from "@jest/globals";
import { descendantsOf, isAlive } from "../servers/program.ts";
import { versionOf } from "../servers/rabbitmq.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const localBroker = await versionOf("amqp://guest:guest@localhost:5672").catch(() => null);
const project = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the quickstart as `npm run quickstart` does, without installing and building, because other tests use the build. */
class Quickstart {
  output = "";
  readonly child;
  readonly #closed;

  constructor(args: readonly string[] = [], amqpUrl = broker.server().url, env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ["--import", "tsx", "quickstart/main.ts", ...args], {
      cwd: project,
      env: { ...process.env, AMQP_URL: amqpUrl, ...env },
    });
    this.#closed = once(this.child, "close");
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
  }

  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended before "${text}":\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }
}

broker.describe(`the quickstart on ${broker.name}`, () => {
  let quickstart: Quickstart | null = null;
  afterEach(async () => {
    quickstart?.child.kill();
    await quickstart?.end();
  });

  /** Returns the names of what the quickstart has left on the broker. */
  async function left(): Promise<string[]> {
    const { admin } = broker.server();
    const [exchanges, queues] = (await Promise.all([
      admin.request("GET", "/api/exchanges/%2F?disable_stats=true"),
      admin.request("GET", "/api/queues/%2F?disable_stats=true"),
    ])) as { name: string }[][];
    const names = [...(exchanges ?? []), ...(queues ?? [])].map(({ name }) => name);
    return names.filter((name) => name.includes(`quickstart-${quickstart?.child.pid}`));
  }

  it("shows the outcome of each message, why one was rejected, what is in the log, and what to try next", async () => {
    quickstart = new Quickstart();
    const code = await quickstart.end();
    const { output } = quickstart;
    const rows = output.split("\n").filter((line) => line.endsWith("  as expected"));
    expect({ code, rows: rows.map((row) => row.split(/ {2,}/).slice(0, 3)) }).toEqual({
      code: 0,
      rows: [
        ["a job is scheduled", "quickstart-1/0", "stored"],
        ["it runs", "quickstart-1/0", "stored"],
        ["it fails", "quickstart-1/0", "stored"],
        ["two jobs in one message", "quickstart-2/0", "stored"],
        ["two jobs in one message", "quickstart-3/0", "stored"],
        ["a job of a push nobody knows yet", "quickstart-4/0", "stored"],
        ["a message comes twice", "quickstart-1/0", "unchanged"],
        ["an older state comes late", "quickstart-1/0", "unchanged"],
        ["an invalid message", "quickstart_5", "rejected"],
        ["a job with a log", "quickstart-6/0", "stored"],
        ["the push of these jobs", "9f2a1c4e5d6b", "stored"],
        ["a job that a message began", "quickstart-2/0", "stored"],
        ["a job that a message ended", "quickstart-1/0", "unchanged"],
        ["a job that no message named", "quickstart-8/0", "stored"],
        ["an item that is not valid", "quickstart_9", "rejected"],
      ],
    });
    expect(output).toContain("Broker: AMQP_URL\n");
    expect(output).toMatch(
      /Why quickstart_5 was rejected \(schema-violation\):\n {2}\/taskId: .*\n {2}\/state: /,
    );
    expect(output).toMatch(/Why quickstart_9 was rejected:\n {2}\/job\/tier: /);
    expect(output).toMatch(
      /Messages and posts are in the same store.*\n {2}running: exchange\/\S+, routing key .*\n {2}completed: client quickstart, /,
    );
    expect(output).toContain("Its push 9f2a1c4e5d6b is by developer@example.org, with 2 revisions.\n");
    expect(output).toContain("text_log_summary, Job Info, Bug suggestions\n");
    expect(output).toMatch(/TEST-UNEXPECTED-FAIL \| dom\/tests/);
    expect(output).toContain("The data is in data/quickstart. Commands to try next:\n");
    const tried = [...output.matchAll(/^ {2}(?:DATA_DIR=(\S+) )?node dist\/main\.js (\S+)/gm)];
    expect(tried.map(([, , command]) => command)).toContain("explain");
    for (const [, folder] of tried)
      if (folder !== undefined) expect(existsSync(`${project}/${folder}`)).toBe(true);
    expect(await left()).toEqual([]);
  });

  it("keeps the worker running with --keep until Ctrl-C, and prints commands that publish and post to it", async () => {
    quickstart = new Quickstart(["--keep"]);
    await quickstart.until("how the worker and its store are doing");
    const { output } = quickstart;
    const ran = async (command: RegExp): Promise<string> => {
      const line = command.exec(output)?.[1] ?? "";
      const env = { ...process.env, MONGODB_URL: "" };
      return (await promisify(execFile)("sh", ["-c", line], { cwd: project, env })).stdout;
    };
    expect(await ran(/^ {2}(AMQP_URL=.* publish .*)$/m)).toContain(
      "stored    data/quickstart/job.json[0]: try quickstart-7/0: running\n",
    );
    expect(await ran(/^ {2}(HAWK_CLIENT_ID=.* submit .*)$/m)).toContain(
      "stored    data/quickstart/posted-jobs.json[0]: try quickstart-10/0\n",
    );
    expect(await left()).toHaveLength(1);
    quickstart.child.kill("SIGINT");
    expect(await quickstart.end()).toBe(0);
    expect(await left()).toEqual([]);
  });

  it("cleans up if it is interrupted, and then fails", async () => {
    quickstart = new Quickstart();
    await quickstart.until("Worker: consuming");
    quickstart.child.kill("SIGINT");
    expect(await quickstart.end()).toBe(130);
    expect(await left()).toEqual([]);
  });

  // Needed only if it does not find a running broker.
  (localBroker ? it.skip : it)(
    "ends the broker that it is starting when it is interrupted, and leaves nothing",
    async () => {
      const TMPDIR = mkdtempSync(join(tmpdir(), "quickstart-"));
      // The node runs as another user, who must be able to enter this folder.
      chmodSync(TMPDIR, 0o755);
      quickstart = new Quickstart([], "", { TMPDIR });
      const pid = quickstart.child.pid ?? 0;
      await quickstart.until("Starting a private RabbitMQ node");
      let started: number[] = [];
      while (started.length < 4) started = await descendantsOf(pid);
      const folders = (): string[] => readdirSync(TMPDIR).filter((name) => name.startsWith("pulse-ingest-"));
      expect(folders()).toHaveLength(1);
      // npm forwards the signal that the terminal has already sent to the process group.
      for (let time = 0; time < 2; time++) quickstart.child.kill("SIGINT");
      expect(await quickstart.end()).toBe(130);
      expect(quickstart.output).not.toContain("Broker:");
      expect(started.filter(isAlive)).toEqual([]);
      expect(folders()).toEqual([]);
      rmSync(TMPDIR, { recursive: true });
    },
  );

  it("fails if it lacks the rights, and says why in one line", async () => {
    const none = { configure: "^$", write: "^$", read: "^$" };
    const url = await broker.server().admin.addUser("onlooker", "secret", none);
    quickstart = new Quickstart([], url);
    expect(await quickstart.end()).toBe(1);
    expect(quickstart.output).toMatch(/^error: .*403.*exchange\/onlooker\/.*$/m);
    expect(quickstart.output).not.toMatch(/^ {4}at /m);
  });

  it("answers --help, and reports an unknown option without a stack trace", async () => {
    quickstart = new Quickstart(["--help"]);
    expect(await quickstart.end()).toBe(0);
    expect(quickstart.output).toContain("--keep ");
    quickstart = new Quickstart(["--kep"]);
    expect(await quickstart.end()).toBe(2);
    expect(quickstart.output).toMatch(/^Unknown option '--kep'.*\n\nnpm run quickstart -- \[options\]\n/);
    expect(quickstart.output).not.toMatch(/^ {4}at /m);
  });
});
