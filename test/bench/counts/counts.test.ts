import { describe, expect, it } from "@jest/globals";
import { cpuPerJob } from "../contenders/cpu-per-job.ts";
import { messageMix } from "../message-mix.ts";
import { padded } from "../pad-messages.ts";
import { parseBatches } from "./batches.ts";
import { CommandReader } from "./command-proxy.ts";
import { countFigures } from "./count-figures.ts";
import { parseStat } from "./server-processes.ts";
import { countWrites } from "./write-calls.ts";

describe("CPU time", () => {
  it("is read from /proc, including that of children that have ended, whatever the program's name", () => {
    const line = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 25 75 20 0 1 0 9 8 7";
    expect(parseStat(line)).toEqual({ name: "a (b) c", cpuSeconds: 3 });
  });

  it("is reported per job, for processes that ran the whole time", () => {
    const before = { worker: 1, broker: 2 };
    expect(cpuPerJob(before, { worker: 3, broker: 2.5, ferretdb: 9 }, 10_000)).toEqual({
      worker: 200,
      broker: 50,
    });
  });
});

describe("writes to files", () => {
  const output = `12 pwrite64(25</data/store.sqlite-wal>, ""..., 24, 0) = 24
12 pwrite64(25</data/store.sqlite-wal>, ""..., 4096, 24 <unfinished ...>
13 +++ exited with 0 +++
12 <... pwrite64 resumed>) = 4096
12 fsync(25</data/store.sqlite-wal>) = 0
14 pwrite64(24</data/store.sqlite>, ""..., 4096, 8192) = 4096
14 fdatasync(24</data/store.sqlite>) = 0
14 pwritev(9</pg/pg_wal/0001>, [{iov_base=""..., iov_len=8192}], 1, 0) = 8192
`;

  it("are counted, and the bytes of SQLite's write-ahead log are added up", () => {
    expect(countWrites(output)).toEqual({ fsyncs: 2, pwrites: 4, walBytes: 4120 });
  });

  it("are reported per batch, and are null where they cannot be counted", () => {
    const drain = { jobs: 2000, batches: 10, allocatedBytes: 4_000_000 };
    const shared = { jobs_per_batch: 200, allocated_bytes_per_job: 2000 };
    const writes = { fsyncs: 12, pwrites: 4000, walBytes: 5_000_000 };
    expect(countFigures({ ...drain, writes }, 5_000_000)).toEqual({
      ...shared,
      ...{ fsyncs_per_batch: 1.2, pwrites_per_batch: 400, wal_bytes_per_job: 2500 },
    });
    expect(countFigures({ ...drain, writes: "strace is not installed" }, null)).toEqual({
      ...shared,
      ...{ fsyncs_per_batch: null, pwrites_per_batch: null, wal_bytes_per_job: null },
    });
  });
});

describe("batches", () => {
  it("are read from the worker's metrics", () => {
    const metrics = `pulse_ingest_batch_jobs_bucket{le="1"} 1\npulse_ingest_batch_jobs_sum 431\npulse_ingest_batch_jobs_count 3\n`;
    expect(parseBatches(metrics)).toEqual({ batches: 3, jobs: 431 });
    expect(() => parseBatches("")).toThrow("pulse_ingest_batch_jobs_count");
  });
});

describe("round trips", () => {
  /** Returns a message of MongoDB's protocol. Its body begins with the command's name. */
  function command(name: string, opCode = 2013): Buffer {
    const bson = Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from(`${name}\0`), Buffer.alloc(20)]);
    const header = Buffer.alloc(21);
    header.writeInt32LE(header.length + bson.length, 0);
    header.writeInt32LE(opCode, 12);
    return Buffer.concat([header, bson]);
  }

  it("are the commands that a client sends, however the bytes arrive", () => {
    const bytes = Buffer.concat([command("find"), command("update"), command("any", 2012)]);
    expect(new CommandReader().read(bytes)).toEqual(["find", "update", "other"]);
    const reader = new CommandReader();
    const names = [...bytes].flatMap((byte) => reader.read(Buffer.from([byte])));
    expect(names).toEqual(["find", "update", "other"]);
  });
});

describe("large messages", () => {
  it("have the requested size, and are still JSON", () => {
    const mix = messageMix(20, "large");
    const { bodies } = padded(mix, 16 * 1024);
    for (const [at, body] of bodies.entries()) {
      expect(body.length).toBeLessThanOrEqual(16 * 1024);
      expect(body.length).toBeGreaterThan(16 * 1024 - 20);
      const first = (bytes: Buffer): unknown => [JSON.parse(bytes.toString())].flat()[0];
      expect(first(body)).toMatchObject({ taskId: expect.any(String) });
      expect(body.toString()).toContain(mix.bodies[at]?.toString().slice(0, 40));
    }
  });
});
