import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { aMessage } from "../examples.ts";
import { WorkerProcess } from "../servers/worker-process.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

// `npm pack` normally builds first. Here `dist/` has already been built, and other tests are using it.
const packOptions = ["pack", "--ignore-scripts", "--json", "--pack-destination"];
const installOptions = ["install", "--no-audit", "--no-fund", "--omit=dev", "--prefer-offline"];

describe("the packed package, installed into an empty folder", () => {
  let folder = "";
  let packed: readonly string[] = [];
  const installed = (path: string): string => join(folder, "node_modules/pulse-ingest", path);

  /** Runs `npx pulse-ingest ...` in that folder. Settings of this process's environment do not count. */
  async function npx(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { PATH, HOME } = process.env;
    const options = { cwd: folder, env: { PATH, HOME, ...env } };
    try {
      const { stdout, stderr } = await run("npx", ["--no-install", "pulse-ingest", ...args], options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      // The promise of `execFile` rejects with the outputs if the program's exit code is not 0.
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulse-ingest-package-"));
    const { stdout } = await run("npm", [...packOptions, folder], { cwd: project });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    await run("npm", [...installOptions, `./${filename}`], { cwd: folder });
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("contains what runs, its schemas and its documentation, and no source or test", () => {
    const tops = [...new Set(packed.map((path) => path.split("/")[0]))].sort();
    const expected = ["CHANGELOG.md", "README.md", "config", "deploy", "dist", "docs"];
    expect(tops).toEqual([...expected, "package.json", "schemas"]);
    expect(packed).toEqual(expect.arrayContaining(["dist/main.js", "dist/main.js.map", "dist/licences.txt"]));
    expect(packed.filter((path) => path.endsWith(".ts"))).toEqual([]);
  });

  it("`npx pulse-ingest check` accepts the packaged registry", async () => {
    const env = { REGISTRY_FILE: installed("config/exchanges.yml") };
    const { code, stdout } = await npx(["check"], env);
    expect(stdout).toContain("exchange/");
    expect(code).toBe(0);
  }, 180_000);

  it("`npx pulse-ingest check` in a folder without a registry says where to get one", async () => {
    const { code, stderr } = await npx(["check"]);
    expect(stderr).toContain("config/exchanges.yml");
    expect(stderr).toContain("REGISTRY_FILE");
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(2);
  }, 180_000);

  it("`npx pulse-ingest validate` judges a message", async () => {
    writeFileSync(join(folder, "job.json"), JSON.stringify(aMessage()));
    writeFileSync(join(folder, "bad.json"), JSON.stringify(aMessage({ state: "unheard of" })));
    expect(await npx(["validate", "job.json"])).toMatchObject({ code: 0, stdout: "job.json[0]: valid\n" });
    const bad = await npx(["validate", "bad.json"]);
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining("/state") });
  }, 180_000);

  it("`npx pulse-ingest submit` includes the client library", async () => {
    const { code, stderr } = await npx(["submit", "job.json", "--project", "try", "--kind", "jobs"]);
    expect(stderr).toContain("HAWK_CLIENT_ID");
    expect(code).toBe(2);
  }, 180_000);

  it("`pulse-ingest start` runs, waits for its broker, and ends well on SIGTERM", async () => {
    // A port that was free a moment ago, where nothing answers.
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const address = probe.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const worker = new WorkerProcess(
      {
        AMQP_URL: `amqp://guest:guest@127.0.0.1:${port}`,
        REGISTRY_FILE: installed("config/exchanges.yml"),
        DATA_DIR: join(folder, "data"),
        MONGODB_URL: "",
      },
      () => undefined,
      installed("dist/main.js"),
    );
    await worker.untilEvent("broker_away");
    expect(readdirSync(join(folder, "data"))).toContain("pulse-ingest.db");
    expect(await worker.stop()).toBe(0);
  }, 180_000);

  it("names no source repository, because there is none yet", () => {
    expect(JSON.parse(readFileSync(installed("package.json"), "utf8"))).not.toHaveProperty("repository");
  });
});
