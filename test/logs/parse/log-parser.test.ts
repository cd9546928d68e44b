import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { logArtifacts } from "../../../src/logs/parse/log-artifacts.ts";
import type { LogStep } from "../../../src/logs/parse/log-steps.ts";
import { hostileLog } from "./hostile-lines.ts";
import { readText, summaryOf } from "./read-text.ts";

const started = (name: string, time = "2016-07-01 10:00:00", code = 0): string =>
  `========= Started ${name} (results: ${code}, elapsed: 0 secs) (at ${time}) =========\n`;
const finished = (name: string, code: number, time = "2016-07-01 10:00:02"): string =>
  `========= Finished ${name} (results: ${code}, elapsed: 2 secs) (at ${time}) =========\n`;

/** The error lines of a log, with their numbers. */
async function errorsOf(log: string): Promise<[number, string][]> {
  const { step_data } = await summaryOf(log);
  return step_data.all_errors.map(({ linenumber, line }) => [linenumber, line]);
}

type StepRow = [name: string, start: number, end: number, result: string];

async function stepsOf(log: string): Promise<StepRow[]> {
  const { step_data } = await summaryOf(log);
  return step_data.steps.map(({ name, started_linenumber, finished_linenumber, result }) => {
    return [name, started_linenumber, finished_linenumber, result];
  });
}

describe("a line of a log", () => {
  it.each<[string, string, [number, string][]]>([
    ["ends only at LF", "a\rfatal error\r\n", [[0, "a\rfatal error"]]],
    ["ends at no other mark", "a\u0085b\vc\ffatal error\n", [[0, "a\ufffdb\vc\ffatal error"]]],
    ["may have no end", "x\nfatal error", [[1, "fatal error"]]],
    ["is counted from 0, including blank ones", "\n \t\n\nfatal error\n\n", [[3, "fatal error"]]],
    [
      "keeps leading white space, and loses white space at its end",
      "  fatal error \t\v\f\r\n",
      [[0, "  fatal error"]],
    ],
    ["keeps a no-break space at its end", "fatal error \xc2\xa0\n", [[0, "fatal error \u00a0"]]],
    ["may contain NUL", "\0fatal error\0\n", [[0, "\0fatal error\0"]]],
    ["is UTF-8", "fatal error \xe2\x82\xac\n", [[0, "fatal error €"]]],
    ["may be invalid UTF-8", "fatal error \xff\xe2\x82x\n", [[0, "fatal error \ufffd\ufffdx"]]],
    ["is cut after 500 bytes", `${"x".repeat(490)}fatal error tail\n`, []],
    [
      "... including what precedes an error",
      `${"x".repeat(489)}fatal error tail\n`,
      [[0, `${"x".repeat(489)}fatal error`]],
    ],
    ["... including its own LF", `${"x".repeat(488)}fatal error\n`, [[0, `${"x".repeat(488)}fatal error`]]],
    [
      "... also if it is an error",
      `fatal error ${"y".repeat(600)}\n`,
      [[0, `fatal error ${"y".repeat(488)}`]],
    ],
    [
      "... without a character that the cut would split",
      `fatal error ${"y".repeat(487)}\xe2\x82\xac\n`,
      [[0, `fatal error ${"y".repeat(487)}`]],
    ],
    [
      "... with a character that fits exactly",
      `fatal error ${"y".repeat(485)}\xe2\x82\xacz\n`,
      [[0, `fatal error ${"y".repeat(485)}€`]],
    ],
    [
      "is not cut if it has performance data",
      `PERFHERDER_DATA fatal error ${"y".repeat(600)}\n`,
      [[0, `PERFHERDER_DATA fatal error ${"y".repeat(600)}`]],
    ],
    [
      "... wherever the data begins",
      `${"x".repeat(600)} fatal error PERFHERDER_DATA\n`,
      [[0, `${"x".repeat(600)} fatal error PERFHERDER_DATA`]],
    ],
  ])("%s", async (_case, log, errors) => {
    expect(await errorsOf(log)).toEqual(errors);
    // The same within a step, where most lines are only counted.
    const inStep = await errorsOf(`${started("s")}${log}`);
    expect(inStep).toEqual(errors.map(([number, line]) => [number + 1, line]));
  });
});

describe("the steps of a log", () => {
  it.each<[string, string, StepRow[]]>([
    ["nothing", "", []],
    ["only blank lines", "\n \t\r\n\n", []],
    ["only header lines", "builder: a\nslave: b\nrevision: c\n", []],
    ["only a finish", finished("a", 0), []],
    ["one step", `${started("a")}x\n${finished("a", 0)}`, [["a", 0, 2, "success"]]],
    ...[
      "success",
      "testfailed",
      "busted",
      "skipped",
      "exception",
      "retry",
      "usercancel",
      "unknown",
      "unknown",
    ].map((result, code): [string, string, StepRow[]] => [
      `a step with code ${code}, and another at its start`,
      started("a", "x", 8 - code) + finished("a", code),
      [["a", 0, 1, result]],
    ]),
    [
      "a code with leading zeros",
      started("a") + finished("a", 0).replace("results: 0", "results: 005"),
      [["a", 0, 1, "retry"]],
    ],
    [
      "a code of very many digits",
      started("a") + finished("a", 0).replace("results: 0", `results: ${"9".repeat(400)}`),
      [["a", 0, 1, "unknown"]],
    ],
    [
      "a line outside of a step opens a step without a name",
      `\n${finished("a", 0)}line\n${finished("b", 3)}${finished("c", 0)}`,
      [["Unnamed step", 2, 3, "skipped"]],
    ],
    [
      "a start ends the open step",
      started("a") + started("b") + finished("zzz", 9),
      [
        ["a", 0, 1, "unknown"],
        ["b", 1, 2, "unknown"],
      ],
    ],
    [
      "headers before everything else",
      "builder: x\nslave: y\nnot header\nbuilder: z\n",
      [["Unnamed step", 2, 3, "unknown"]],
    ],
    [
      "headers after a finish without a start",
      `${finished("a", 0)}builder: x\nx\n`,
      [["Unnamed step", 2, 2, "unknown"]],
    ],
    [
      "headers after a step are ordinary lines",
      `${started("a")}${finished("a", 0)}builder: x\n`,
      [
        ["a", 0, 1, "success"],
        ["Unnamed step", 2, 2, "unknown"],
      ],
    ],
    ...["builder", "slave", "starttime", "results", "buildid", "builduid", "revision"].map(
      (name): [string, string, StepRow[]] => [`${name} is a header`, `${name}: \n${name}: x\n`, []],
    ),
    ...["revision:\n", "revision:x\n", " builder: x\n", "Builder: x\n", "builders: x\n", "builder : x\n"].map(
      (line): [string, string, StepRow[]] => [
        `${JSON.stringify(line)} is not a header`,
        line,
        [["Unnamed step", 0, 0, "unknown"]],
      ],
    ),
    [
      "a step without an end continues to the last line, even a blank one",
      `${started("a")}x\n\n\n`,
      [["a", 0, 3, "unknown"]],
    ],
    [
      "a marker that is cut is an ordinary line",
      `========= Started ${"n".repeat(500)} (results: 0, elapsed: 1) (at x)\n`,
      [["Unnamed step", 0, 0, "unknown"]],
    ],
    ["a name that is not UTF-8", started("a\xff\xc3\xa4"), [["a\ufffdä", 0, 0, "unknown"]]],
    ["a marker with a carriage return", started("a").replace("\n", "\r\n"), [["a", 0, 0, "unknown"]]],
  ])("%s", async (_case, log, steps) => {
    expect(await stepsOf(log)).toEqual(steps);
  });

  it("markers are not checked for errors", async () => {
    const log = started("fatal error") + finished("fatal error", 0) + finished("fatal error", 0);
    expect(await errorsOf(log)).toEqual([]);
  });

  it("times are copied from the log unchanged, and give a duration if both can be parsed", async () => {
    const log =
      `line\n${finished("a", 3)}` +
      started("b") +
      finished("b", 0) +
      started("c", "2016-07-01T10:00:00") +
      finished("c", 0);
    const { steps } = (await summaryOf(log)).step_data;
    const times = steps.map(({ started: from, finished: to, duration }) => [from, to, duration]);
    expect(times).toEqual([
      [null, "2016-07-01 10:00:02", null],
      ["2016-07-01 10:00:00", "2016-07-01 10:00:02", 2],
      ["2016-07-01T10:00:00", "2016-07-01 10:00:02", null],
    ]);
  });

  it.each([
    [100, 100, false],
    [101, 100, true],
    [150, 100, true],
  ])("of %d errors in a step, %d are kept and all are counted", async (count, kept, truncated) => {
    const errors = "fatal error\n".repeat(count);
    const { step_data } = await summaryOf(`${started("a")}${errors}${started("b")}fatal error\n`);
    expect(step_data.steps.map(({ errors, error_count }) => [errors.length, error_count])).toEqual([
      [kept, count],
      [1, 1],
    ]);
    expect(step_data.all_errors).toHaveLength(kept + 1);
    expect(step_data.errors_truncated).toBe(truncated);
  });
});

it("the worked example has its expected artifacts", async () => {
  const log = [
    "builder: foo",
    "slave: s1",
    "",
    started("set props: master", "2016-07-01 10:00:00.100000").trimEnd(),
    "hello",
    "10:00:01     INFO -  TEST-UNEXPECTED-FAIL | a/b.js | boom   ",
    finished("set props: master", 1, "2016-07-01 10:00:02.600000").trimEnd(),
    "",
    "outside line",
    "fatal error: x",
    started("second step", "2016-07-01 10:00:03").trimEnd(),
    "builder: inside",
    "TinderboxPrint: foo<br/>bar",
  ].join("\n");
  const boom = { linenumber: 5, line: "10:00:01     INFO -  TEST-UNEXPECTED-FAIL | a/b.js | boom" };
  const fatal = { linenumber: 9, line: "fatal error: x" };
  const step = (order: number, rest: Partial<LogStep>) => ({
    order,
    errors: [],
    error_count: 0,
    duration: null,
    finished: null,
    started: null,
    result: "unknown",
    ...rest,
  });
  const artifacts = logArtifacts(await summaryOf(log), "http://h/log.gz");
  expect(artifacts.map(({ name, type, blob }) => ({ name, type, blob: JSON.parse(blob) }))).toEqual([
    {
      name: "text_log_summary",
      type: "json",
      blob: {
        logurl: "http://h/log.gz",
        step_data: {
          steps: [
            step(0, {
              name: "set props: master",
              started: "2016-07-01 10:00:00.100000",
              started_linenumber: 3,
              finished: "2016-07-01 10:00:02.600000",
              finished_linenumber: 6,
              result: "testfailed",
              duration: 3,
              errors: [boom],
              error_count: 1,
            }),
            step(1, {
              name: "Unnamed step",
              started_linenumber: 8,
              finished_linenumber: 10,
              errors: [fatal],
              error_count: 1,
            }),
            step(2, {
              name: "second step",
              started: "2016-07-01 10:00:03",
              started_linenumber: 10,
              finished_linenumber: 12,
            }),
          ],
          all_errors: [boom, fatal],
          errors_truncated: false,
        },
      },
    },
    {
      name: "Job Info",
      type: "json",
      blob: {
        logurl: "http://h/log.gz",
        job_details: [{ content_type: "raw_html", title: "foo", value: "bar" }],
      },
    },
  ]);
});

it("an empty log still has its summary and its details", async () => {
  const artifacts = logArtifacts(await summaryOf(""), "u");
  expect(artifacts.map(({ name, blob }) => [name, JSON.parse(blob)])).toEqual([
    ["text_log_summary", { logurl: "u", step_data: { steps: [], all_errors: [], errors_truncated: false } }],
    ["Job Info", { logurl: "u", job_details: [] }],
  ]);
});

it("artifacts do not contain the credentials in the log's URL", async () => {
  const log = 'PERFHERDER_DATA: {"framework": {"name": "talos"}, "suites": []}\n';
  const artifacts = logArtifacts(await summaryOf(log), "http://me:hunter2@h/log.gz?access_token=hunter2");
  const logurl = "http://me:***@h/log.gz?access_token=***";
  expect(artifacts.map(({ name, blob }) => [name, JSON.parse(blob)])).toMatchObject([
    ["text_log_summary", { logurl }],
    ["Job Info", { logurl }],
    ["performance_data", { logurl }],
  ]);
});

it("the result does not depend on how the bytes are cut into pieces", async () => {
  const log = hostileLog(7, 2000);
  const whole = await summaryOf([log]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }), async (sizes) => {
      const pieces: Buffer[] = [];
      for (let at = 0, nth = 0; at < log.length; nth++) {
        const size = sizes[nth % sizes.length] ?? 1;
        pieces.push(log.subarray(at, at + size));
        at += size;
      }
      expect(await summaryOf(pieces)).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

describe("the limits of a log", () => {
  const endless = { limit: 3, lines: "x\n".repeat(4) };
  it("lines: exactly up to the limit", async () => {
    expect(await readText("x\n".repeat(3), { lines: 3 })).toMatchObject({ ok: true });
    expect(await readText(endless.lines, { lines: 3 })).toEqual({
      ok: false,
      fault: { reason: "too-many-lines", limit: 3 },
    });
    expect(await readText(started("a") + endless.lines, { lines: 3 })).toMatchObject({ ok: false });
  });

  it("an endless line is kept only up to its limit, and is cut there", async () => {
    const line = `PERFHERDER_DATA fatal error ${"y".repeat(100_000)}`;
    const result = await readText(line, { lineBytes: 1000 });
    expect(result).toMatchObject({ ok: true });
    if (result.ok) expect(result.summary.step_data.all_errors[0]?.line).toBe(line.slice(0, 1000));
  });

  it.each([
    ["text_log_summary", "fatal error: and more\n"],
    ["text_log_summary", started("a")],
  ])("artifact %s: too large with enough lines %j", async (artifact, line) => {
    expect(await readText(line.repeat(20), { artifactBytes: 50_000 })).toMatchObject({ ok: true });
    const limitBytes = 1000;
    const result = await readText(started("s") + started("t") + line.repeat(2000), {
      artifactBytes: limitBytes,
    });
    expect(result).toEqual({ ok: false, fault: { reason: "artifact-too-large", artifact, limitBytes } });
  });

  it.each([
    ["printed details", "job_details", "left_out_details", "TinderboxPrint: a detail\n"],
    ["performance data", "performance_items", "left_out_performance", 'PERFHERDER_DATA: {"a": 1}\n'],
  ] as const)(
    "of too many %s, those that fit are kept and the others are counted",
    async (_case, kept, left, line) => {
      const result = await readText(`${line.repeat(2000)}fatal error: and more\n`, { artifactBytes: 1000 });
      if (!result.ok) throw new Error(result.fault.reason);
      const { summary } = result;
      expect(summary[kept].length).toBeGreaterThan(5);
      expect(summary[kept].length + summary[left]).toBe(2000);
      expect(summary.step_data.all_errors).toHaveLength(1);
    },
  );

  it("an artifact is never larger than its limit", async () => {
    for (const artifactBytes of [2000, 20_000]) {
      const log = hostileLog(11, 3000).toString("latin1");
      for (let lines = 1; lines < 3000; lines += 97) {
        const part = log.split("\n").slice(0, lines).join("\n");
        const result = await readText(part, { artifactBytes });
        if (!result.ok) break;
        for (const { blob } of logArtifacts(result.summary, "")) {
          expect(Buffer.byteLength(blob)).toBeLessThan(artifactBytes + 200);
        }
      }
    }
  });
});
