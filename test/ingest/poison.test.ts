import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { openSpool } from "../../src/spool/open-spool.ts";
import { openStore } from "../../src/store/open-store.ts";
import { aMessage } from "../examples.ts";

jest.setTimeout(60_000);
const worker = fileURLToPath(new URL("../doubles/poisoned-worker.mjs", import.meta.url));
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

/** One life of the worker: gives what it settled, and whether it was killed. */
async function live(queue: readonly Published[]): Promise<{ settled: Set<number>; wasKilled: boolean }> {
  const list = join(folder, "queue.json");
  writeFileSync(list, JSON.stringify(queue));
  const args = ["--import", "tsx", worker, join(folder, "data"), join(folder, "spool"), list];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const settled = new Set<number>();
  createInterface(child.stdout).on("line", (line) => {
    const [id, settlement] = line.split(" ");
    if (settlement === "ack") settled.add(Number(id));
  });
  await once(child, "close");
  return { settled, wasKilled: child.signalCode === "SIGKILL" };
}

/** Lets workers live and die until one ends well; what is not settled is delivered again. Gives the deaths. */
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

/** All but one are stored, that one is rejected for what it did, and the ledger is empty. */
async function expectOnlyPoisonSetAside(): Promise<void> {
  const store = await openStore({ mongodbUrl: null, dataDir: join(folder, "data"), rejectionTtlDays: 30 });
  expect(await store.countDocuments()).toMatchObject({ jobs: JOBS - 1, rejections: 1, suspects: 0 });
  const [rejection] = await store.listRejections({ limit: 5 });
  expect(rejection).toMatchObject({ fault: { reason: "killed-worker", attempts: MAX_ATTEMPTS } });
  expect(Buffer.from(rejection?.payload.content ?? "", "base64").toString()).toContain(`p/${POISON}`);
  await store.close();
}

it("a message that kills each worker is set aside after MAX_ATTEMPTS, its neighbours unharmed", async () => {
  // The first death is that of the fresh delivery, which nobody had suspected.
  expect(await deaths(published())).toBe(1 + MAX_ATTEMPTS);
  await expectOnlyPoisonSetAside();
});

it("the same where it comes out of the spool", async () => {
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
