import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { createClaims } from "../../../src/store/mongodb/mongodb-claims.ts";
import { type Collections, collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createIndexes } from "../../../src/store/mongodb/mongodb-indexes.ts";
import { createWork } from "../../../src/store/mongodb/mongodb-work.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import type { WorkItem } from "../../../src/store/ports/work-store.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { interruptedCollections } from "../../doubles/interrupted-collections.ts";
import { aClaim, anArrival, through } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

// The machine may be slow under load.
jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

const LATER = "2126-01-01T00:00:00.000Z";

mongodb.describe(`a log that another worker claims and gives back on ${mongodb.name}`, () => {
  let client: MongoClient;
  let all: Collections;
  beforeAll(async () => {
    client = new MongoClient(mongodb.server().url, { retryWrites: false });
    all = collectionsOf(client.db(`claims-${randomUUID()}`));
    await createIndexes(all);
  });
  afterAll(async () => {
    await client.db(all.jobs.dbName).dropDatabase();
    await client.close();
  });

  const ends: readonly (readonly [string, (item: WorkItem) => Promise<unknown>, object])[] = [
    [
      "read",
      (item) => createWork(all).finishItems([{ item, artifacts: [] }]),
      { parse_status: "parsed", attempts: 1, next_attempt_at: null },
    ],
    [
      "given up",
      (item) => createWork(all).failWork(item, { reason: "gone", next_attempt_at: null, marksFailed: true }),
      { parse_status: "failed", attempts: 1, next_attempt_at: null },
    ],
    [
      "put off",
      (item) => createWork(all).releaseWork([item], LATER),
      { parse_status: "pending", attempts: 0, next_attempt_at: LATER },
    ],
  ];

  it.each(ends)(
    "is not claimed after it was %s, at whatever moment that happened",
    async (_how, end, expected) => {
      let between = 0;
      for (let at = 0; at < 10; at++) {
        const exchange = randomUUID();
        const logs = [{ name: "buildbot_text", url: "http://logs/1" }];
        await createWrites(all, new LogRoom(1000, () => 0)).storeSubmissions([
          through(exchange, anArrival({ taskId: `${exchange}/0`, logs })),
        ]);
        const claim = aClaim({ exchange });
        let command = 0;
        let other: WorkItem | undefined;
        const slow = interruptedCollections(all, async () => {
          if (command++ !== at) return;
          [other] = await createClaims(all).claimWork(claim);
          if (other !== undefined) await end(other);
        });
        const claimed = await createClaims(slow).claimWork(claim);
        // Otherwise the other worker acted after the claim.
        if (other === undefined) continue;
        between++;
        expect(claimed).toEqual([]);
        expect(await all.logs.findOne({ exchange })).toMatchObject({ ...expected, lease: null });
      }
      expect(between).toBe(2);
    },
  );
});
