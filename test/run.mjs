// `npm test`: everything, on a fresh clone, with real servers that are started for it and end with it.
// Plain JavaScript: this runs before anything is installed. Arguments go to jest (a path, `-t NAME`), and
// then only the first part is run.
import { spawnSync } from "node:child_process";
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

const parts = [
  {
    title: "everything, RabbitMQ 3.10",
    command: process.execPath,
    args: jest,
    env: { TEST_BROKER: "3" },
  },
  {
    title: "the broker's stories, RabbitMQ 4.3",
    command: process.execPath,
    args: [...jest, ...brokerStories.map((file) => `/test/${file}$`)],
    env: { TEST_BROKER: "4" },
  },
  {
    title: "what may depend on Node, on the newest one",
    command: "npx",
    args: [
      ...newestNode,
      ...jest,
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
      "test/(logs/parse/hostile-lines|ingest/poison|ingest/suspects/suspects)[.]test",
      // The driver of the embedded store is also used by the spool, whose tests run here.
      "test/store/(sqlite-store|sqlite/sqlite-migrations)[.]test",
    ],
    env: {},
  },
];

installAndBuild();
const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-test-"));
const chosen = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0, lackingReference: 0 };
let broken = false;

for (const [index, { title, command, args, env }] of (chosen.length > 0
  ? parts.slice(0, 1)
  : parts
).entries()) {
  process.stdout.write(`\n== ${title}\n`);
  const report = join(folder, `${index}.json`);
  const { status } = spawnSync(command, [...args, "--json", `--outputFile=${report}`, ...chosen], {
    cwd: projectFolder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
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
