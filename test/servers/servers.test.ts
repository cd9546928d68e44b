import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, it } from "@jest/globals";
import { connect } from "amqplib";
import { MongoClient } from "mongodb";
import { until } from "../until.ts";
import { startMongodb } from "./mongodb.ts";
import { descendantsOf, isAlive } from "./program.ts";
import { startRabbitmq } from "./rabbitmq.ts";
import { serverOrSkip } from "./server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "./shared-servers.ts";

const patience = 180_000;

// Other tests, such as the chaos run, kill and restart a private RabbitMQ 3.10.
const rabbitmq = await serverOrSkip(() => startRabbitmq({ series: "4" }));
rabbitmq.describe(`a private ${rabbitmq.name}`, () => {
  afterAll(() => rabbitmq.server().stop(), patience);

  it("has the requested series", () => {
    expect(rabbitmq.server()).toMatchObject({
      series: "4",
      name: expect.stringMatching(/^RabbitMQ 4\./),
    });
  });

  it("delivers what is published", async () => {
    await publish(rabbitmq.server().url, "greetings", "hello");
    expect(await take(rabbitmq.server().url, "greetings")).toBe("hello");
  });

  it(
    "has its durable messages after SIGKILL and a restart on the same address",
    async () => {
      const { url, kill, restart } = rabbitmq.server();
      await publish(url, "kept", "still here");
      await kill();
      await expect(connect(url)).rejects.toThrow("ECONNREFUSED");
      await restart();
      expect(await take(url, "kept")).toBe("still here");
    },
    patience,
  );

  it("limits a user to its permissions", async () => {
    // Publishing directly to a queue uses the default exchange, which has this name.
    const rights = { configure: "^mine/.*", write: "^(mine/.*|amq\\.default)$", read: "^mine/.*" };
    const url = await rabbitmq.server().admin.addUser("reader", "se/cret", rights);
    await publish(url, "mine/queue", "allowed");
    await expect(publish(url, "another", "refused")).rejects.toThrow("ACCESS_REFUSED");
  });

  it("gives each test a vhost of its own", async () => {
    const { admin } = rabbitmq.server();
    const [one, other] = [await admin.addVhost("one & only"), await admin.addVhost("other")];
    await publish(one, "same-name", "in one");
    await publish(other, "same-name", "in the other");
    expect(await take(one, "same-name")).toBe("in one");
    await admin.removeVhost("one & only");
    await expect(connect(one)).rejects.toThrow();
  });
});

const wanted = await serverOrSkip(startMongodb);
wanted.describe(`a private server: ${wanted.name}`, () => {
  afterAll(() => wanted.server().stop(), patience);

  it("finds what was inserted", async () => {
    await insert(wanted.server().url, { colour: "green" });
    expect(await find(wanted.server().url, { colour: "green" })).toMatchObject([{ colour: "green" }]);
  });

  it(
    "has every acknowledged document after SIGKILL and a restart on the same address",
    async () => {
      const { url, kill, restart } = wanted.server();
      await insert(url, { colour: "kept" });
      await kill();
      await expect(find(url, {})).rejects.toThrow("ECONNREFUSED");
      await restart();
      expect(await find(url, { colour: "kept" })).toHaveLength(1);
    },
    patience,
  );

  it(
    "can be shut down and started again in an orderly way",
    async () => {
      const { url, restart } = wanted.server();
      await insert(url, { colour: "calm" });
      await restart();
      expect(await find(url, { colour: "calm" })).toHaveLength(1);
    },
    patience,
  );
});

const all = await Promise.all([serverOrSkip(sharedRabbitmq), serverOrSkip(sharedMongodb)]);
const [broker, database] = all;
const describeBoth = all.every((each) => each.describe === describe) ? describe : describe.skip;

describeBoth("the servers of a whole run", () => {
  it("answer requests", async () => {
    const url = await broker.server().admin.addVhost(crypto.randomUUID());
    await publish(url, "shared", "hello");
    expect(await take(url, "shared")).toBe("hello");
    expect(await find(database.server().url, { colour: "none" })).toEqual([]);
  });

  it("are the same for every later caller", async () => {
    expect((await sharedRabbitmq()).url).toBe(broker.server().url);
    expect((await sharedMongodb()).url).toBe(database.server().url);
  });
});

describeBoth("npm run servers", () => {
  it(
    "leaves no process and no file when it is killed with SIGKILL",
    async () => {
      const { process: servers, url } = await serversByHand();
      const children = await descendantsOf(servers.pid ?? 0);
      // There are at least the broker, epmd, PostgreSQL with its helpers, and FerretDB.
      expect(children.length).toBeGreaterThan(5);
      const folders = await foldersOf(children);
      expect(folders).toHaveLength(2);

      servers.kill("SIGKILL");
      await once(servers, "exit");

      await until(() => !children.some(isAlive) && !folders.some((folder) => existsSync(folder)));
      await expect(connect(url)).rejects.toThrow("ECONNREFUSED");
    },
    patience,
  );

  it(
    "stops everything and exits with 0 on Ctrl-C",
    async () => {
      const { process: servers } = await serversByHand();
      const children = await descendantsOf(servers.pid ?? 0);
      servers.kill("SIGINT");
      expect(await once(servers, "exit")).toEqual([0, null]);
      expect(children.filter(isAlive)).toEqual([]);
    },
    patience,
  );
});

async function publish(url: string, queue: string, text: string): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    // The broker closes the channel, which also rejects the call in progress.
    channel.on("error", () => undefined);
    await channel.assertQueue(queue, { durable: true });
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}

async function take(url: string, queue: string): Promise<string | null> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    // The broker closes the channel, which also rejects the call in progress.
    channel.on("error", () => undefined);
    const message = await channel.get(queue, { noAck: true });
    return message === false ? null : message.content.toString();
  } finally {
    await connection.close();
  }
}

async function withDocuments<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  // The driver tries a server that is gone again and again for this long.
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function insert(url: string, document: { colour: string }): Promise<unknown> {
  return withDocuments(url, (client) =>
    client
      .db("servers-test")
      .collection("documents")
      .insertOne(document, { writeConcern: { w: "majority", journal: true } }),
  );
}

function find(url: string, filter: { colour?: string }): Promise<unknown[]> {
  return withDocuments(url, (client) =>
    client.db("servers-test").collection("documents").find(filter).toArray(),
  );
}

/** Resolves with the command once it has printed its settings. */
async function serversByHand() {
  const servers = spawn(process.execPath, ["--import", "tsx", "test/servers/main.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  servers.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const isReady = (): boolean => printed.includes("Ctrl-C") || servers.exitCode !== null;
  await until(isReady, "the servers are ready", patience);
  const url = /AMQP_URL='(.+)'/.exec(printed)?.[1] ?? "";
  expect(printed).toMatch(/MONGODB_URL='mongodb:.+'/);
  return { process: servers, url };
}

/** Returns the run folders that these processes must remove at the end. */
async function foldersOf(pids: readonly number[]): Promise<string[]> {
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8")));
  return commands
    .map((command) => command.split("\0"))
    .filter(([shell, , script]) => shell === "sh" && script?.startsWith("cat;"))
    .map((words) => words[3] ?? "");
}
