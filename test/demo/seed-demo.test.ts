import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { logTextAt } from "../../demo/demo-logs.ts";
import { type DemoPlan, planDemo } from "../../demo/plan-demo.ts";
import { seedDemo } from "../../demo/seed-demo.ts";
import { CELL, type JobCell } from "../../src/domain/job-cell.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";

const SIZE = { seed: 4, jobs: 500, days: 3, endsAtMs: Date.UTC(2026, 0, 11, 12), longLogLines: 0 };
const URL_OF_LOGS = "http://127.0.0.1:9";

describe("the demo data", () => {
  let folder = "";
  let store: Store;
  let plan: DemoPlan;
  const cells: JobCell[] = [];
  let skeletons = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "demo-"));
    // The data is from January, and its rejections must not have expired.
    store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 10_000 });
    plan = await seedDemo(store, { ...SIZE, logsUrl: URL_OF_LOGS });
    for (const { project } of await store.listProjects()) {
      const { pushes } = await store.listPushes({ project, limit: 50 });
      skeletons += pushes.filter((push) => push.is_skeleton).length;
      for (const { id } of pushes) {
        cells.push(...(await store.listCells({ result_set: id, limit: 2000 })).cells.map(({ cell }) => cell));
      }
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const valuesOf = (member: "state" | "result" | "tier" | "groupSymbol"): unknown[] => [
    ...new Set(cells.map((cell) => cell[CELL[member]])),
  ];

  it("contains jobs in all states, with all results, tiers and groups", () => {
    expect(cells.length).toBeGreaterThan(SIZE.jobs / 2);
    expect(valuesOf("state").toSorted()).toEqual(["completed", "pending", "running"]);
    const results = ["success", "testfailed", "busted", "exception", "usercancel", "retry", "unknown"];
    expect(valuesOf("result")).toEqual(expect.arrayContaining(results));
    expect(valuesOf("tier").toSorted()).toEqual([1, 2, 3]);
    expect(valuesOf("groupSymbol")).toEqual(expect.arrayContaining(["?", "M", "R", "Rel"]));
    expect(skeletons).toBeGreaterThan(0);
  });

  it("contains rejections by Pulse and over REST, for several reasons, some of them repeated", async () => {
    const counts = await store.countRejections({});
    const reasons = new Set(counts.map(({ reason }) => reason));
    expect([...reasons]).toEqual(
      expect.arrayContaining(["schema-violation", "malformed-body", "unreadable-time", "unknown-job"]),
    );
    expect(counts.some(({ exchange }) => exchange === "client:release-bot")).toBe(true);
    expect(counts.some(({ messages, rejections }) => messages > rejections)).toBe(true);
  });

  it("contains logs that were read, with the errors in their texts, and one that is gone", async () => {
    const logs = await store.listLogs({ limit: 5000 });
    expect(new Set(logs.map(({ parse_status }) => parse_status))).toEqual(
      new Set(["parsed", "failed", "pending"]),
    );
    expect(await store.countWork()).toMatchObject({ logs: { pending: 0 }, suggestions: { pending: 0 } });
    const read = logs.find(({ name, parse_status }) => name === "buildbot_text" && parse_status === "parsed");
    const summary = await store.findArtifact(read?.project ?? "", read?.job_guid ?? "", "text_log_summary");
    const errors = z.array(z.object({ line: z.string(), linenumber: z.number() }));
    const shape = z.object({ step_data: z.object({ all_errors: errors }) });
    const { all_errors } = shape.parse(JSON.parse(summary?.blob ?? "")).step_data;
    const lines = logTextAt(plan, new URL(read?.url ?? "").pathname)?.split("\n") ?? [];
    expect(all_errors.length).toBeGreaterThan(0);
    for (const { line, linenumber } of all_errors) expect(lines[linenumber]).toBe(line);
    expect(
      await store.findArtifact(read?.project ?? "", read?.job_guid ?? "", "Bug suggestions"),
    ).not.toBeNull();
  });

  it("is the same for the same seed, and different for another one", () => {
    const again = planDemo(SIZE, URL_OF_LOGS);
    expect(again.bodies.map(({ bytes }) => String(bytes))).toEqual(
      plan.bodies.map(({ bytes }) => String(bytes)),
    );
    const other = planDemo({ ...SIZE, seed: 5 }, URL_OF_LOGS);
    expect(other.bodies[0]?.bytes.equals(plan.bodies[0]?.bytes ?? Buffer.alloc(0))).toBe(false);
  });
});
