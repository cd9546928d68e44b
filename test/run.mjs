// `npm test`: everything, on a fresh clone, with real servers that are started for it and end with it.
// Plain JavaScript: this runs before anything is installed. Arguments go to jest (a path, `-t NAME`), and
// then only the first part is run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installAndBuild, projectFolder } from "../quickstart/install.mjs";

const jest = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "node_modules/jest/bin/jest.js",
];
// The newest Node comes from npm as a package that brings the program.
const newestNode = ["--yes", "--package=node@26", "--", "node"];

/** The test files that use a real server. */
const withServer = readdirSync(join(projectFolder, "test"), { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    file.endsWith(".test.ts") &&
    readFileSync(join(projectFolder, "test", file), "utf8").includes("server-or-skip.ts"),
);

/** Stories about commands, the store, logs or HTTP. What they do with the broker is in other tests as well. */
const otherStories = [
  ...["log", "rejection", "observed-worker", "locked-store", "asked-about", "database-moved"],
  ...["publisher", "python-clients"],
];
const brokerStories = withServer.filter(
  (file) => /^(broker|story)\//.test(file) && !otherStories.some((name) => file === `story/${name}.test.ts`),
);

const everything = {
  name: "everything",
  title: "everything, RabbitMQ 3.10",
  command: process.execPath,
  args: jest,
  env: { TEST_BROKER: "3" },
};

const stories = {
  name: "stories",
  title: "the broker's stories, RabbitMQ 4.3",
  command: process.execPath,
  args: [...jest, "--maxWorkers=2", ...brokerStories.map((file) => `/test/${file}$`)],
  env: { TEST_BROKER: "4" },
};

const onNewest = {
  name: "newest-node",
  title: "what may depend on Node, on the newest one",
  command: "npx",
  args: [
    ...newestNode,
    ...jest,
    "--maxWorkers=2",
    "--testPathIgnorePatterns",
    ...withServer.map((file) => `/test/${file}$`),
    "test/(install|quickstart|servers)/",
    "mongodb",
    // They read files of the repository, not what runs.
    "test/(deploy/.*|dependencies|dockerfile|docs|layers|spread-arguments)[.]test",
    // They start the command line many times; test/cli/program starts it with this Node.
    "test/cli/(commands|hostile-text|options)",
    // Rules that only compute from their arguments: what they find does not depend on Node.
    "test/(domain|normalise|queries|submission|judge|store/rules|cli/output|bugs/lookup|web|demo)/",
    "test/(ingest/(progress|write|collect-batch|stall-watch)|logs/work/|config/(parse-tiers|registry|settings))",
    "test/(broker/(queue/binding-plan|consume/ack)|http/(rest/accept-version|server/client-address))",
    // The same, in long tests.
    "test/(fuzz|chaos|bench)/",
    "test/logs/read/parse-thread[.]test",
    "test/(logs/parse/hostile-lines|ingest/poison|ingest/suspects/suspects)[.]test",
    // The driver of the embedded store is also used by the spool, whose tests run here.
    "test/store/(sqlite-store|sqlite/sqlite-migrations)[.]test",
  ],
  env: {},
  isShownAtEnd: true,
};

installAndBuild();
const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-test-"));
const chosen = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0, lackingReference: 0 };
let broken = false;

/** Runs one part. Its output is shown as it comes, or all of it at the end, so that it does not mix with that of another part. */
async function run({ name, title, command, args, env, isShownAtEnd = false }) {
  const report = join(folder, `${name}.json`);
  const child = spawn(command, [...args, "--json", `--outputFile=${report}`, ...chosen], {
    cwd: projectFolder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}), ...env },
  });
  const shown = [`\n== ${title}\n`];
  const show = () => process.stdout.write(shown.splice(0).join(""));
  child.stderr.setEncoding("utf8").on("data", (text) => {
    shown.push(text);
    if (!isShownAtEnd) show();
  });
  if (!isShownAtEnd) show();
  const [status] = await once(child, "close").catch((error) => [error.message]);
  show();
  if (status !== 0) broken = true;
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    totals.skipped += numPendingTests;
    totals.lackingReference += numTodoTests;
  } catch (error) {
    process.stdout.write(`The tests did not run: ${error.message}\n`);
    broken = true;
  }
}

await run(everything);
// Together, because the first of them mostly waits, and the second one mostly computes.
if (chosen.length === 0) await Promise.all([run(stories), run(onNewest)]);
rmSync(folder, { recursive: true });

if (totals.skipped > 0) {
  process.stdout.write("\nLeft out: see the warnings above for what is missing and how to get it.\n");
  if (process.env.REQUIRE_SERVERS === "1") {
    process.stdout.write("REQUIRE_SERVERS=1 is set: that is a failure.\n");
    broken = true;
  }
}
if (totals.lackingReference > 0) {
  process.stdout.write(`\nLeft out for want of reference files: ${totals.lackingReference} comparisons.\n`);
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(broken || totals.passed === 0 ? 1 : 0);
