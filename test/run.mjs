// `npm test`: runs everything, on a fresh clone, with real servers that are started for it and end with it.
// This is plain JavaScript because it runs before anything is installed. Arguments are passed to jest (a path, `-t NAME`), and
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
// The newest Node.js is installed from npm, as a package that contains the program.
const newestNode = ["--yes", "--package=node@26", "--", "node"];

/** The test files that use a real server. */
const withServer = readdirSync(join(projectFolder, "test"), { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    file.endsWith(".test.ts") &&
    readFileSync(join(projectFolder, "test", file), "utf8").includes("server-or-skip.ts"),
);

/** Stories about commands, the registry, the store, logs or HTTP. Other tests also cover what they do with the broker. */
const otherStories = [
  ...["log", "rejection", "observed-worker", "locked-store", "asked-about", "database-moved", "store-moved"],
  ...["publisher", "python-clients", "killed-command", "registry-reload", "local-developer"],
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
  args: [...jest, "--maxWorkers=3", ...brokerStories.map((file) => `/test/${file}$`)],
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
    // Threads, files, sockets, compression, encryption, and the code that joins them. The code of all other tests does not depend on the
    // Node.js version.
    "test/(threads|disk|spool|credentials|decode|archive|timing|worker)/",
    "test/(bugs/thread|logs/(fetch|inflate|cache)|http/(server|submit|pages)|store/(sqlite|calls))/",
    "test/(ingest/(create-ingest|submit)|cli/program|log[.]test)",
    "--testPathIgnorePatterns",
    ...withServer.map((file) => `/test/${file}$`),
    // The same files as above, in long tests.
    "test/store/sqlite/sqlite-(migrations|space)[.]test",
  ],
  env: {},
  isShownAtEnd: true,
};

installAndBuild();
const folder = mkdtempSync(join(tmpdir(), "pulse-ingest-test-"));
const chosen = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0, lackingReference: 0 };
let broken = false;

/** Runs one part. Its output is shown as it arrives, or all of it at the end, so that it does not mix with that of another part. */
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
// These run together, because the first of them mostly waits, and the second one mostly computes.
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
