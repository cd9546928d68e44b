import type { Published } from "./law.ts";
import { messageStream } from "./message-stream.ts";
import { type PostCounts, Poster } from "./poster.ts";
import { Publisher } from "./publisher.ts";
import { seeded } from "./random.ts";
import { shareOut } from "./share-out.ts";
import type { Told } from "./told.ts";
import type { World } from "./world.ts";

export interface TrafficOptions {
  readonly seed: number;
  /** Messages per second to the broker. Posted items come in addition. */
  readonly rate: number;
  readonly isEnough: () => boolean;
}

/** The verdicts on a run's items. */
export interface Posted {
  readonly counts: PostCounts;
  readonly told: Told;
  /** Descriptions of answers that no client should get. */
  readonly troubles: readonly string[];
}

/** A seed that is far from those of messages and faults. */
const POSTER_SEED = 1_000_000;

/** The messages of a run: most are published to its exchange, and about a tenth of the jobs is posted to its workers. */
export class Traffic {
  readonly #publisher: Publisher;
  readonly #poster: Poster;

  constructor(world: World, { seed, rate, isEnough }: TrafficOptions) {
    const prefix = `c${seed.toString(36)}x`;
    const ways = seeded(seed + POSTER_SEED);
    const poster = new Poster({
      client: world.client,
      urls: () => world.fleet.publicUrls,
      random: seeded(seed + POSTER_SEED + 1),
    });
    const task = { prefix, logHost: world.logHost.url };
    const messages = messageStream(seeded(seed + 1), task, isEnough);
    const post = poster.add.bind(poster);
    this.#poster = poster;
    this.#publisher = new Publisher({
      url: world.broker.url,
      exchange: world.exchange,
      routingKey: world.routingKey,
      rate,
      messages: shareOut(messages, { random: ways, prefix, post }),
    });
  }

  /** How many messages the broker has confirmed, and how many items have a verdict. */
  get size(): number {
    return this.#publisher.confirmed.length + this.#poster.confirmed.length;
  }

  get confirmed(): readonly Published[] {
    return [...this.#publisher.confirmed, ...this.#poster.confirmed];
  }

  /** How many messages were sent with headers that break clients. */
  get poisoned(): number {
    return this.#publisher.poisoned;
  }

  get posted(): Posted {
    return this.#poster;
  }

  /** Resolves when everything is confirmed; after a stop, some messages may not be. */
  async run(stop: AbortSignal): Promise<void> {
    const posting = this.#poster.run(stop);
    await this.#publisher.run(stop);
    this.#poster.complete();
    await posting;
  }
}
