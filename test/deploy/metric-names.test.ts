import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { load } from "js-yaml";
import * as z from "zod";
import { collectProcessMetrics, createCounters } from "../../src/metrics/counters.ts";

const read = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), "utf8");

const rule = z.strictObject({
  alert: z.string().regex(/^PulseIngest[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }),
  annotations: z.strictObject({ summary: z.string().min(10), description: z.string().min(10) }),
});
const alerts = z
  .strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) })
  .parse(load(read("alerts.yml")))
  .groups.flatMap(({ rules }) => rules);

const panel = z.looseObject({
  id: z.number(),
  title: z.string().min(1),
  gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
  targets: z.array(z.looseObject({ expr: z.string() })).optional(),
});
const dashboard = z
  .looseObject({
    uid: z.string(),
    title: z.string(),
    panels: z.array(panel),
    templating: z.object({ list: z.array(z.looseObject({ name: z.string(), query: z.string() })) }),
  })
  .parse(JSON.parse(read("grafana-dashboard.json")));

/** All existing series with their possible labels, including the labels that Prometheus adds to a scrape. */
const series = new Map<string, readonly string[]>();
const counters = createCounters();
collectProcessMetrics(counters);
const described = z.array(z.looseObject({ name: z.string(), type: z.string() }));
for (const { name, type } of described.parse(await counters.registry.getMetricsAsJSON())) {
  const metric = counters.registry.getSingleMetric(name);
  const labels = z.looseObject({ labelNames: z.array(z.string()) }).parse(metric).labelNames;
  const known = [...labels, "job", "instance"];
  if (type !== "histogram") series.set(name, known);
  else {
    for (const part of ["count", "sum"]) series.set(`${name}_${part}`, known);
    series.set(`${name}_bucket`, [...known, "le"]);
  }
}
series.set("up", ["job", "instance"]);

const metricName = /\b(?:up|(?:pulse_ingest|process|nodejs)_\w+)\b/g;

/** Returns the series and labels of an expression that do not exist. */
function unknownIn(expr: string): string[] {
  const text = expr.replaceAll(/"[^"]*"/g, '""');
  const names = [...text.matchAll(metricName)].map(([name]) => name);
  const wrongNames = names.filter((name) => !series.has(name));
  const wrongLabels = [...text.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = "", matchers = ""]) =>
    [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label = ""]) => label)
      .filter((label) => series.has(name) && !series.get(name)?.includes(label))
      .map((label) => `${name}{${label}}`),
  );
  const grouped = [...text.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
    list.split(",").map((label) => label.trim()),
  );
  const wrongGroups = grouped.filter((label) => !names.some((name) => series.get(name)?.includes(label)));
  return [...wrongNames, ...wrongLabels, ...wrongGroups];
}

it("an expression with series or labels that do not exist is found", () => {
  expect(unknownIn("rate(pulse_ingest_jobs_total[5m])")).toEqual([]);
  expect(unknownIn("pulse_ingest_job_total")).toEqual(["pulse_ingest_job_total"]);
  expect(unknownIn('pulse_ingest_ready{exchange="x"}')).toEqual(["pulse_ingest_ready{exchange}"]);
  expect(unknownIn("sum by (guid) (pulse_ingest_ready)")).toEqual(["guid"]);
  expect(unknownIn("pulse_ingest_batch_jobs")).toEqual(["pulse_ingest_batch_jobs"]);
});

describe("the alert rules", () => {
  it("use only series that exist", () => {
    const wrong = alerts.flatMap(({ alert, expr }) => unknownIn(expr).map((name) => `${alert}: ${name}`));
    expect(wrong).toEqual([]);
    for (const { expr } of alerts) expect(expr).toMatch(metricName);
  });

  it("have unique names and balanced brackets", () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { expr } of alerts) expect(unbalanced(expr)).toBe(0);
  });

  it("cover everything that must wake an operator", () => {
    const text = alerts.map(({ expr }) => expr).join("\n");
    for (const name of [
      "pulse_ingest_ready",
      "pulse_ingest_queue_ready_messages",
      "pulse_ingest_stored_lag_seconds_bucket",
      'outcome="rejected"',
      "pulse_ingest_store_away",
      "pulse_ingest_artifact_work_total",
      "pulse_ingest_deliveries_set_aside_total",
      "pulse_ingest_rejections_only_counted_total",
      "process_start_time_seconds",
    ]) {
      expect(text).toContain(name);
    }
  });
});

describe("the dashboard", () => {
  const exprs = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, expr })),
  );

  it("uses only series that exist", () => {
    expect(exprs.length).toBeGreaterThan(20);
    const wrong = exprs.flatMap(({ title, expr }) => unknownIn(expr).map((name) => `${title}: ${name}`));
    expect(wrong).toEqual([]);
    for (const { expr } of exprs) expect(unbalanced(expr)).toBe(0);
    for (const { query } of dashboard.templating.list) expect(unknownIn(query)).toEqual([]);
  });

  it("shows every metric of ours except those of the bug cache", () => {
    const shown = exprs.map(({ expr }) => expr).join("\n") + JSON.stringify(dashboard.templating);
    const names = [...series.keys()].filter((name) => /^pulse_ingest_(?!bugs?_|bugs$)/.test(name));
    const left = names.filter((name) => !/_(sum|count)$/.test(name) && !shown.includes(name));
    expect(left).toEqual([]);
  });

  it("lays its panels out without gaps in ids and without overlaps", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

function unbalanced(expr: string): number {
  const count = (bracket: string): number => expr.split(bracket).length - 1;
  return Math.abs(count("(") - count(")")) + Math.abs(count("{") - count("}"));
}
