import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { HawkServer, json, storeAll } from "../doubles/hawk-server.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const secret = "5d41402a-bc4b-4a76-b971-9d911017c592";

// `npm pack` normally builds first. Here `client/dist/` has already been built, and other tests are using it.
const packOptions = ["pack", "--workspace", "client", "--ignore-scripts", "--json", "--pack-destination"];
const installOptions = ["install", "--no-audit", "--no-fund", "--offline"];

/** The examples of the README, in order. */
const examples = [
  ...readFileSync(join(project, "client/README.md"), "utf8").matchAll(/^```js\n(.*?)^```$/gms),
].map(([, code = ""]) => code);

describe("the packed client library, installed into an empty folder", () => {
  let folder = "";
  let server: HawkServer;
  let packed: readonly string[] = [];

  beforeAll(async () => {
    server = await HawkServer.open(secret);
    folder = mkdtempSync(join(tmpdir(), "pulse-ingest-client-"));
    const { stdout } = await run("npm", [...packOptions, folder], { cwd: project });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    packed = files.map(({ path }) => path);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    await run("npm", [...installOptions, `./${filename}`], { cwd: folder });
  }, 180_000);
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("contains what runs, its types and its README, and needs no other package", () => {
    expect([...new Set(packed.map((path) => path.split("/")[0]))].sort()).toEqual([
      "README.md",
      "dist",
      "package.json",
    ]);
    expect(packed).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts"]));
    expect(packed.filter((path) => /(?<!\.d)\.ts$|\.map$/.test(path))).toEqual([]);
    const installed = readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8");
    expect(Object.keys((JSON.parse(installed) as { packages: object }).packages)).toEqual([
      "node_modules/pulse-ingest-client",
    ]);
  });

  it("runs the examples of its README", async () => {
    const row = { id: 1, job_id: 1, job_guid: "g", name: "Bug suggestions", type: "json", revision: "r" };
    server.answer = (response, request) => {
      const rows = json(200, request.target.includes("/artifact/") ? [row] : { results: [row] });
      (request.method === "POST" ? storeAll : rows)(response, request);
    };
    const files = examples.map((_code, index) => `./example-${index}.mjs`);
    for (const [index, code] of examples.entries()) {
      writeFileSync(join(folder, files[index] ?? ""), code.replaceAll("http://127.0.0.1:9180", server.url));
    }
    // One after another, in one process.
    writeFileSync(join(folder, "all.mjs"), files.map((file) => `await import("${file}");`).join("\n"));
    const env = { PATH: process.env["PATH"], HAWK_CLIENT_ID: "me", HAWK_SECRET: secret };
    const { stdout, stderr } = await run(process.execPath, ["all.mjs"], { cwd: folder, env });
    expect(stderr).toBe("");
    const shown = examples.flatMap((code) => [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line));
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) expect(stdout).toContain(line);
    const posted = server.seen.filter(({ method }) => method === "POST");
    expect(posted.map(({ target }) => target.split("/").at(-2))).toEqual([
      ...["resultset", "jobs"],
      ...["jobs", "artifact"],
      ...Array(4).fill("jobs"),
    ]);
    expect(new Set(posted.map(({ signature }) => signature))).toEqual(new Set(["right"]));
  }, 30_000);

  it("has types that a strict project can use", async () => {
    const code = [
      'import { JobCollection, type PostedJob, TreeherderClient } from "pulse-ingest-client";',
      'const data: PostedJob = { revision: "a", project: "try", job: { job_guid: "g", tier: "1" } };',
      "const jobs = new JobCollection();",
      "const client = new TreeherderClient({ timeoutMs: 5 });",
      "export const outcomes: Promise<readonly string[]> = client",
      '  .postCollection("try", jobs.add(jobs.getJob(data)))',
      "  .then(({ results }) => results.map(({ outcome }) => outcome));",
      "// @ts-expect-error: a tier is no list",
      "jobs.getJob().addTier([1]);",
    ];
    writeFileSync(join(folder, "typed.ts"), code.join("\n"));
    const options = [
      "--strict",
      "--noEmit",
      "--exactOptionalPropertyTypes",
      "--module",
      "nodenext",
      "--target",
      "es2022",
    ];
    const types = ["--types", "node", "--typeRoots", join(project, "node_modules/@types")];
    await run(join(project, "node_modules/.bin/tsc"), [...options, ...types, "typed.ts"], { cwd: folder });
  }, 180_000);
});
