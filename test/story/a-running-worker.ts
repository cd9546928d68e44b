import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { WorkerProcess } from "../servers/worker-process.ts";

/** Workers on a broker, with their own exchange, durable queue and data folder. */
export class WorkerStory {
  readonly exchange = `exchange/guest/${randomUUID()}/jobs`;
  readonly queueName = `story-${randomUUID()}`;
  readonly folder = mkdtempSync(join(tmpdir(), "worker-story-"));
  readonly #url: string;
  readonly #connection: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly #workers: WorkerProcess[] = [];

  private constructor(url: string, connection: ChannelModel, channel: ConfirmChannel) {
    this.#url = url;
    this.#connection = connection;
    this.channel = channel;
    // A story that restarts the broker loses this connection too, and reconnects.
    connection.on("error", () => undefined);
    channel.on("error", () => undefined);
  }

  static async on(url: string): Promise<WorkerStory> {
    const connection = await connect(url);
    const story = new WorkerStory(url, connection, await connection.createConfirmChannel());
    await story.channel.assertExchange(story.exchange, "topic", { durable: true });
    story.listExchanges([story.exchange]);
    return story;
  }

  get queue(): string {
    return `queue/guest/${this.queueName}`;
  }

  /** Writes a registry with every key for each exchange. */
  listExchanges(exchanges: readonly string[], keys = "['#']"): void {
    const entry = (exchange: string) =>
      `  - exchange: ${exchange}\n    destinations: [story]\n    projects: ${keys}\n`;
    writeFileSync(join(this.folder, "exchanges.yml"), `exchanges:\n${exchanges.map(entry).join("")}`);
  }

  /** Starts a worker, and waits until it consumes. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
    const worker = this.add(env);
    await worker.untilEvent("consuming");
    return worker;
  }

  /** Starts one more worker, without waiting for it. */
  add(env: NodeJS.ProcessEnv = {}): WorkerProcess {
    const worker = new WorkerProcess({
      AMQP_URL: this.#url,
      REGISTRY_FILE: join(this.folder, "exchanges.yml"),
      DATA_DIR: this.folder,
      QUEUE_NAME: this.queueName,
      ...env,
    });
    this.#workers.push(worker);
    return worker;
  }

  async publish(...bodies: readonly unknown[]): Promise<void> {
    for (const body of bodies) {
      const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      this.channel.publish(this.exchange, "story.try", content, { deliveryMode: 2 });
    }
    await this.channel.waitForConfirms();
  }

  /** Opens the store from this process. The caller closes it. */
  store(): Promise<Store> {
    return openStore({ mongodbUrl: null, dataDir: this.folder, rejectionTtlDays: 30 });
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    const connection = await connect(this.#url);
    const channel = await connection.createChannel();
    await channel.deleteQueue(this.queue);
    await channel.deleteExchange(this.exchange);
    await connection.close();
    // The connection is already lost if the broker was restarted.
    await this.#connection.close().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
