import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { openSpool } from "../../src/spool/open-spool.ts";
import { openStore } from "../../src/store/open-store.ts";
import { bundleProgram } from "../bundle-program.ts";
import { aMessage } from "../examples.ts";

jest.setTimeout(180_000);
const worker = bundleProgram("doubles/poisoned-worker.mjs");
const MAX_ATTEMPTS = 3;
const JOBS = 30;
const POISON = 11;

interface Published {
  readonly id: number;
  readonly body: string;
  readonly redelivered: boolean;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "poison-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const published = (): Published[] =>
  Array.from({ length: JOBS }, (_, id) => ({
    id,
    redelivered: false,
    body: JSON.stringify(aMessage({ taskId: `p/${id}`, ...(id === POISON ? { owner: "poison" } : {}) })),
  }));

/** Runs one worker. Returns the messages that it acknowledged, and whether it was killed. */
async function live(queue: readonly Published[]): Promise<{ settled: Set<number>; wasKilled: boolean }> {
  const list = join(folder, "queue.json");
  writeFileSync(list, JSON.stringify(queue));
  const args = [worker, join(folder, "data"), join(folder, "spool"), list];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const settled = new Set<number>();
  createInterface(child.stdout).on("line", (line) => {
    const [id, settlement] = line.split(" ");
    if (settlement === "ack") settled.add(Number(id));
  });
  await once(child, "close");
  return { settled, wasKilled: child.signalCode === "SIGKILL" };
}

/** Runs workers until one ends normally, and redelivers what is not settled. Returns how many were killed. */
async function deaths(queue: readonly Published[]): Promise<number> {
  for (let count = 0; ; count++) {
    const { settled, wasKilled } = await live(queue);
    queue = queue.filter(({ id }) => !settled.has(id)).map((each) => ({ ...each, redelivered: true }));
    if (!wasKilled) {
      expect(queue).toEqual([]);
      return count;
    }
    expect(count).toBeLessThan(20);
  }
}

/** Expects that all messages are stored except the poisonous one, which is rejected, and that the ledger is empty. */
async function expectOnlyPoisonSetAside(): Promise<void> {
  const store = await openStore({ mongodbUrl: null, dataDir: join(folder, "data"), rejectionTtlDays: 30 });
  expect(await store.countDocuments()).toMatchObject({ jobs: JOBS - 1, rejections: 1, suspects: 0 });
  const [rejection] = await store.listRejections({ limit: 5 });
  expect(rejection).toMatchObject({ fault: { reason: "killed-worker", attempts: MAX_ATTEMPTS } });
  expect(Buffer.from(rejection?.payload.content ?? "", "base64").toString()).toContain(`p/${POISON}`);
  await store.close();
}

it("a message that kills every worker is set aside after MAX_ATTEMPTS, and its neighbours are stored", async () => {
  // The first death does not count, because a first delivery is not a suspect.
  expect(await deaths(published())).toBe(1 + MAX_ATTEMPTS);
  await expectOnlyPoisonSetAside();
});

it("a message from the spool that kills every worker is also set aside", async () => {
  const silent = () => undefined;
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  const spool = openSpool({ folder: join(folder, "spool"), maxBytes: 1e9, log });
  spool.append(
    published().map(({ body }) => ({
      jobs: 1,
      delivery: {
        exchange: "exchange/a/jobs",
        routingKey: "x.try",
        redelivered: false,
        receivedAtMs: Date.now(),
        body: Buffer.from(body),
        oversize: null,
      },
    })),
  );
  spool.close();
  expect(await deaths([])).toBe(1 + MAX_ATTEMPTS);
  await expectOnlyPoisonSetAside();
  expect(readdirSync(join(folder, "spool"))).toEqual([]);
});
