import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { CliProcess } from "../cli/run-cli.ts";
import { fallSilent, openBrokerDoor } from "../doubles/broker-door.ts";
import { type CutProxy, startCutProxy } from "../doubles/cut-proxy.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

/** Much longer than our heartbeat needs, and much shorter than the broker's default heartbeat of a minute would need. */
const NOTICED_MS = 60_000;
/** Ctrl-C should end a command within a second. The rest is allowance for a busy machine. */
const ENDED_MS = 15_000;

/** Waits for a command. Returns its result and how long it took from now. */
async function endOf(command: CliProcess, signal?: NodeJS.Signals) {
  const from = performance.now();
  const run = await command.end(signal);
  return { ...run, tookMs: performance.now() - from };
}

broker.describe(`a user whose broker, ${broker.name}, falls silent`, () => {
  let story: WorkerStory;
  let proxy: CutProxy;
  let silentUrl: string;
  const commands: CliProcess[] = [];
  const open: (() => void)[] = [];
  beforeEach(async () => {
    const { url } = broker.server();
    story = await WorkerStory.on(url);
    proxy = await startCutProxy(Number(new URL(url).port));
    silentUrl = Object.assign(new URL(url), { port: String(proxy.port) }).href;
  });
  afterEach(async () => {
    for (const { child } of commands.splice(0)) child.kill("SIGKILL");
    for (const close of open.splice(0)) close();
    await proxy.close();
    await story.end();
  });

  function run(AMQP_URL: string, ...args: readonly string[]): CliProcess {
    const command = new CliProcess(args, {
      AMQP_URL,
      REGISTRY_FILE: join(story.folder, "exchanges.yml"),
      DATA_DIR: story.folder,
      HTTP_PORT: "1",
    });
    commands.push(command);
    return command;
  }

  it("notices it while inspecting, and can press Ctrl-C before that", async () => {
    const [waits, presses] = [
      run(silentUrl, "inspect", story.exchange),
      run(silentUrl, "inspect", story.exchange),
    ];
    for (const each of [waits, presses])
      await each.until("reading", () => each.stderr.includes("nothing is stored"));
    await story.publish(aMessage());
    for (const each of [waits, presses]) await each.until("a message", () => each.stdout.includes("guid/0"));
    proxy.freeze();
    const noticed = endOf(waits);
    const ended = await endOf(presses, "SIGINT");
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/\n1 accepted, .*; 1 shown\n$/) });
    expect(ended.tookMs).toBeLessThan(ENDED_MS);
    const { code, stderr, tookMs } = await noticed;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /\nerror: broker unavailable: the connection was lost \(Heartbeat timeout\); start the command again\n$/,
      ),
    });
    expect(tookMs).toBeLessThan(NOTICED_MS);
  });

  it("can press Ctrl-C before the broker has sent anything", async () => {
    const mute = createServer().listen(0, "127.0.0.1");
    open.push(() => mute.close());
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const inspect = run(`amqp://127.0.0.1:${port}`, "inspect", story.exchange);
    const [socket] = await once(mute, "connection");
    open.push(() => socket.destroy());
    const ended = await endOf(inspect, "SIGINT");
    expect(ended).toMatchObject({ code: 0, stderr: "0 accepted, 0 skipped, 0 rejected; 0 shown\n" });
    expect(ended.tookMs).toBeLessThan(ENDED_MS);
  });

  it("gets an answer and then the prompt from every other command that asks the broker", async () => {
    const file = join(story.folder, "job.json");
    writeFileSync(file, JSON.stringify(aMessage()));
    const door = await openBrokerDoor(broker.server().url, story.exchange, fallSilent);
    open.push(door.close);
    const { exchange } = story;
    const [published, checked, seen] = await Promise.all([
      endOf(run(door.url, "publish", file, "--exchange", exchange, "--routing-key", "a.try")),
      endOf(run(door.url, "check", "--connect")),
      endOf(run(door.url, "status")),
    ]);
    expect(published).toMatchObject({
      code: 3,
      stderr: "error: the connection was lost before the broker confirmed. Publishing again does no harm\n",
    });
    expect(checked).toMatchObject({
      code: 2,
      stderr: "error: the broker cannot be used: no answer within 10 s\n",
    });
    expect(seen).toMatchObject({ code: 1, stdout: expect.stringContaining("no answer within 5 s") });
    for (const { tookMs } of [published, checked, seen]) expect(tookMs).toBeLessThan(NOTICED_MS);
  });
});
