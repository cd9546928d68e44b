import { complaints } from "./catalogue.ts";
import type { DemoJob } from "./plan-jobs.ts";
import { SeededRandom } from "./seeded-random.ts";

/** A step of a log, with the numbers of its first and last line, from 0. Times are seconds since the Unix epoch. */
export interface DemoStep {
  readonly name: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly first: number;
  readonly last: number;
  readonly hasFailed: boolean;
  readonly errors: readonly { readonly line: string; readonly linenumber: number }[];
}

export interface DemoLogText {
  readonly lines: readonly string[];
  readonly steps: readonly DemoStep[];
}

/** The least and the most tests in a log. */
const TESTS = [60, 400] as const;
const LINES_PER_TEST = 4;
/** The exit codes by which a log reports the result of a step. */
const CODES = { success: 0, testfailed: 1, busted: 2 } as const;

/**
 * Returns the log of a job: its setup, the tests that ran, and the failures. Pure: the same job always has the same log.
 *
 * @param moreLines - how many lines of output are added to the tests.
 */
export function logOf(job: DemoJob, moreLines = 0): DemoLogText {
  const random = new SeededRandom("log", job.taskId);
  const writer = new LogWriter(job.startedAt);
  const seconds = Math.max(10, job.endedAt - job.startedAt);
  const hasFailed = job.result === "fail";
  writer.step("set up the machine", Math.round(seconds * 0.05), CODES.success, (say) => {
    say(`INFO - machine of ${job.platform.name}, ${job.platform.architecture}`);
    say("INFO - downloading the build ...");
    say("DEBUG - 78,343,121 bytes in 4.1 s");
  });
  const failed = job.suite.kind === "test" ? CODES.testfailed : CODES.busted;
  writer.step(
    `run ${job.suite.name}`,
    Math.round(seconds * 0.9),
    hasFailed ? failed : CODES.success,
    (say) => {
      if (job.suite.kind === "build") sayBuild(say, hasFailed, random);
      else sayTests(job, say, random, moreLines);
      if (moreLines > 0) say("INFO - \u001b[32mall output has been written\u001b[0m");
    },
  );
  writer.step("upload the results", Math.round(seconds * 0.05), CODES.success, (say) => {
    const url = `https://artifacts.example.org/${job.taskId}/public`;
    say(`INFO - TinderboxPrint: <a href='${url}/resource-usage.json'>resource-usage.json</a>: uploaded`);
    if (hasFailed) say(`INFO - TinderboxPrint: <a href='${url}/screenshot.png'>screenshot.png</a>: uploaded`);
  });
  return writer.end();
}

type Say = (text: string) => void;

function sayTests(job: DemoJob, say: Say, random: SeededRandom, moreLines: number): void {
  const { suite, failures } = job;
  const tests = random.between(...TESTS);
  const turns = new Map<number, number>();
  for (const at of failures.keys()) turns.set(random.between(0, tests - 1), at);
  const reported = new Set(turns.values());
  for (let test = 0; test < tests; test++) {
    const name =
      suite.tests[test % Math.max(1, suite.tests.length)]?.replace(/(\.\w+)$/, `_${test}$1`) ?? suite.name;
    say(`INFO - TEST-START | ${name}`);
    for (let line = 1; line < LINES_PER_TEST; line++)
      say(`INFO - GECKO(${1000 + test}) | ${chatter(random)}`);
    say(`INFO - TEST-OK | ${name} | took ${random.between(4, 4000)}ms`);
    const at = turns.get(test);
    if (at !== undefined) sayFailure(job, at, say);
  }
  // Two failures may have been assigned to the same test.
  for (const at of failures.keys()) if (!reported.has(at)) sayFailure(job, at, say);
  for (let line = 0; line < moreLines; line++) say(`DEBUG - ${chatter(random)}`);
  if (suite.measures.length > 0) {
    const measured = suite.measures.map((name) => ({
      ...{ name, value: random.between(100, 900), lowerIsBetter: true },
      subtests: [{ name: `${name}-first`, value: random.between(50, 900) }],
    }));
    say(`INFO - PERFHERDER_DATA: ${JSON.stringify({ framework: { name: "talos" }, suites: measured })}`);
  }
  say(`INFO - TinderboxPrint: ${suite.name}<br/>${tests * 7}/${failures.length}/${random.between(0, 30)}`);
}

function sayFailure({ failures }: DemoJob, at: number, say: Say): void {
  const { test, complaint } = failures[at] ?? { test: "", complaint: complaints[0] };
  say(`INFO - TEST-UNEXPECTED-FAIL | ${test} | ${complaint}`);
  say("INFO - Stack trace:");
  say(`INFO - check@chrome://mochitests/content/${test.split(" ")[0]}:48:11`);
  say("INFO - async*runNext@chrome://mochikit/content/browser-test.js:1036:9");
}

function sayBuild(say: Say, hasFailed: boolean, random: SeededRandom): void {
  const folders = ["dom/media", "layout/forms", "netwerk/cookie", "js/src", "widget"] as const;
  for (let file = random.between(200, 600); file > 0; file--) {
    say(`INFO - clang++ -c ${random.pick(folders)}/Unified_cpp_${file}.cpp`);
  }
  if (!hasFailed) return;
  const source = `${random.pick(folders)}/Decoder.cpp`;
  say(`INFO - ${source}:${random.between(10, 900)}: error: use of undeclared identifier 'mIsTruncated'`);
  say("INFO - 1 error generated.");
  say(`INFO - make[4]: *** [${source.replace(".cpp", ".o")}] Error 1`);
}

function chatter(random: SeededRandom): string {
  return random.pick([
    "the window has the focus",
    "garbage collection took 12 ms",
    `request ${random.between(1, 9999)} was answered from the cache`,
    "waiting for the page to load",
    "the actor has been registered",
  ]);
}

/** Collects lines, each with the time of day, and the steps that they belong to. */
class LogWriter {
  readonly #lines: string[] = [];
  readonly #steps: DemoStep[] = [];
  #now: number;

  constructor(startedAt: number) {
    this.#now = startedAt;
  }

  /** @param code - one of {@link CODES}. */
  step(name: string, seconds: number, code: number, work: (say: Say) => void): void {
    const startedAt = this.#now;
    const first = this.#lines.length;
    const errors: { line: string; linenumber: number }[] = [];
    this.#lines.push(marker("Started", name, 0, 0, startedAt));
    work((text) => {
      const line = `${clock(this.#now)} ${text.replace(/^(\w+)/, (level) => level.padStart(8))}`;
      if (text.includes("UNEXPECTED") || text.includes(" error: "))
        errors.push({ line: line.slice(0, 255), linenumber: this.#lines.length });
      this.#lines.push(line);
      if (this.#lines.length % 8 === 0 && this.#now < startedAt + seconds) this.#now++;
    });
    this.#now = startedAt + seconds;
    const last = this.#lines.length;
    this.#lines.push(marker("Finished", name, code, seconds, this.#now));
    this.#steps.push({
      name,
      startedAt,
      finishedAt: this.#now,
      first,
      last,
      hasFailed: code !== CODES.success,
      errors,
    });
  }

  end(): DemoLogText {
    return { lines: this.#lines, steps: this.#steps };
  }
}

function marker(
  word: "Started" | "Finished",
  name: string,
  code: number,
  seconds: number,
  at: number,
): string {
  const time = new Date(at * 1000).toISOString().replace("T", " ").replace("Z", "000");
  return `========= ${word} ${name} (results: ${code}, elapsed: ${seconds} secs) (at ${time}) =========`;
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
