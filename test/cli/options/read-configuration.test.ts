import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "configuration-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const AMQP_URL = "amqp://guest:geheim@127.0.0.1:1";
const goodRegistry = "exchanges:\n  - exchange: e/jobs\n    destinations: [a, b]\n    projects: [x, y]\n";

describe("invalid settings, registry and tiers", () => {
  it.each(["start", "check"])(
    "are reported by %s together, each with its place and the fix, and nothing is started",
    async (command) => {
      const registry = file(
        "broken.yml",
        "exchanges:\n  - exchange: e\n    destinations: []\n    projects: x\n",
      );
      const tiers = file("tiers.yml", "try:\n  tier_4: []\n");
      const env = {
        AMQP_URL: command === "start" ? "" : "http://guest:geheim@127.0.0.1",
        AMQP_URL_FILE: "",
        PREFETCH: "many",
        HTTP_PORT: "99999",
        REGISTRY_FILE: registry,
        TIERS_FILE: tiers,
        CREDENTIALS_KEY_FILE: join(folder, "no-key"),
        DATA_DIR: join(folder, "never-made"),
      };
      const { code, stdout, stderr } = await runCli([command], env);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).not.toContain("geheim");
      expect(stderr.trimEnd().split("\n")).toEqual([
        ...(command === "check"
          ? [expect.stringMatching(/^error: AMQP_URL: must be a URL that begins/)]
          : []),
        expect.stringMatching(
          /^error: PREFETCH: must be a whole number from 1 to 2000; it is "many" \(see config/,
        ),
        expect.stringMatching(
          /^error: HTTP_PORT: must be .* `off`|^error: HTTP_PORT: must be a whole number/,
        ),
        ...(command === "start"
          ? [expect.stringMatching(/^error: AMQP_URL: must be set .*e\.g\. AMQP_URL=amqp:/)]
          : []),
        expect.stringMatching(
          /^error: .*broken\.yml:3: exchanges\[0\]\.destinations: .*e\.g\. \[treeherder\]$/,
        ),
        expect.stringMatching(/^error: .*broken\.yml:4: exchanges\[0\]\.projects: must be a list/),
        expect.stringMatching(/^error: .*tiers\.yml:\d: .*tier_4/),
        expect.stringMatching(
          /^error: CREDENTIALS_KEY_FILE: .*no-key cannot be read \(ENOENT\): there is no such file$/,
        ),
      ]);
      expect(existsSync(env.DATA_DIR)).toBe(false);
    },
  );

  it("include a registry that does not exist or is not YAML", async () => {
    const gone = await runCli(["check"], { REGISTRY_FILE: join(folder, "gone.yml") });
    expect(gone).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/gone\.yml: there is no such file; .*REGISTRY_FILE/),
    });
    const tabs = await runCli(["check"], { REGISTRY_FILE: file("tabs.yml", "exchanges:\n\t- a: [\n") });
    expect(tabs).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: .*tabs\.yml:2: not YAML: .*\n$/),
    });
  });
});

describe("start", () => {
  const env = (): NodeJS.ProcessEnv => ({
    AMQP_URL,
    REGISTRY_FILE: file("good.yml", goodRegistry),
    DATA_DIR: join(folder, "data"),
    HTTP_PORT: "0",
    PUBLIC_PORT: "0",
  });

  it("says how to choose another port if the port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const { code, stderr } = await runCli(["start"], { ...env(), HTTP_PORT: port });
    server.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: HTTP_PORT: .*EADDRINUSE.* another HTTP_PORT.*\n$/);
  });

  it("says what to set if DATA_DIR is not a folder or its file is not a store", async () => {
    const DATA_DIR = file("a-file", "");
    const noFolder = await runCli(["start"], { ...env(), DATA_DIR });
    expect(noFolder).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: the store .*; set DATA_DIR to another folder\n$/),
    });
    file("pulse-ingest.db", "this is not a database, but long enough to be one");
    const noStore = await runCli(["start"], { ...env(), DATA_DIR: folder });
    expect(noStore).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: the store .*not a database; set DATA_DIR to another folder\n$/),
    });
  });
});

describe("a folder that cannot be read", () => {
  // Not even root can read a link to itself, so this also works when tests run as root.
  let env: NodeJS.ProcessEnv;
  beforeAll(() => {
    const DATA_DIR = join(folder, "loop");
    symlinkSync("loop", DATA_DIR);
    env = { AMQP_URL, DATA_DIR, REGISTRY_FILE: file("good.yml", goodRegistry), HTTP_PORT: "0" };
  });

  it("ends start with exit code 2 and names the setting, although the embedded store has no spool there", async () => {
    const { code, stderr } = await runCli(["start"], { ...env, PUBLIC_PORT: "0" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^error: the store .*loop.* cannot be opened: .*; set DATA_DIR to another folder\n$/,
      ),
    });
  });

  it("is reported as a file if it is one", async () => {
    const DATA_DIR = file("no-folder", "");
    const { code, stderr } = await runCli(["start"], { ...env, DATA_DIR, PUBLIC_PORT: "0" });
    expect(code).toBe(2);
    expect(stderr).toContain(
      "cannot be opened: a part of its path is a file, not a folder; set DATA_DIR to another folder",
    );
  });

  it.each([[["explain", "x"]], [["backup", "b.db"]], [["compact"]], [["pages"]], [["check", "--plan"]]])(
    "is not treated as a folder without a store by %j",
    async (args) => {
      const { code, stderr } = await runCli(args, env);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: the folder .*loop cannot be read \(ELOOP\); see DATA_DIR\n$/);
    },
  );

  it("is reported by status along with everything else, and by copy with its option", async () => {
    const status = await runCli(["status"], env);
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/^! store: .*the folder .*loop cannot be read \(ELOOP\); see DATA_DIR$/m);
    const from = `sqlite:${env["DATA_DIR"]}`;
    const copy = await runCli(["copy", "--from", from, "--to", `sqlite:${join(folder, "copy")}`], env);
    expect(copy.code).toBe(2);
    expect(copy.stderr).toMatch(
      /^error: --from sqlite:.*loop: the folder .*loop cannot be read \(ELOOP\)\n$/,
    );
  });
});

describe("a broker's address in a file", () => {
  const env = { REGISTRY_FILE: "", DATA_DIR: "", AMQP_URL: "" };
  beforeAll(() => {
    env.REGISTRY_FILE = file("good.yml", goodRegistry);
    env.DATA_DIR = join(folder, "never-made-as-well");
  });

  it.each([
    ["amqp://u:geheim@127.0.0.1:1/?verify=none", /has the unknown parameter "verify"; the known ones are /],
    ["amqps://u:geheim@127.0.0.1:1/?ssl=0", /begins with amqps:\/\/, but its parameter ssl turns TLS off/],
    ["http://u:geheim@127.0.0.1:1", /must be a URL that begins with amqp:/],
  ])("ends start and check with exit code 2 if it cannot be used (%s)", async (address, expected) => {
    const AMQP_URL_FILE = file("amqp-url", `${address}\n`);
    for (const command of ["start", "check"]) {
      const { code, stdout, stderr } = await runCli([command], { ...env, AMQP_URL_FILE });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^error: AMQP_URL_FILE: the content of .*amqp-url .*\n$/);
      expect(stderr).toMatch(expected);
      expect(stderr).not.toContain("geheim");
      expect(existsSync(env.DATA_DIR)).toBe(false);
    }
  });

  it("is reported as a folder if it is one, and so are the registry and the tiers", async () => {
    const { code, stderr } = await runCli(["check"], {
      REGISTRY_FILE: folder,
      TIERS_FILE: folder,
      AMQP_URL_FILE: folder,
      MONGODB_URL_FILE: folder,
    });
    expect(code).toBe(2);
    const why = `${folder} cannot be read (EISDIR): it is a folder, not a file`;
    expect(stderr.trimEnd().split("\n")).toEqual([
      `error: ${why}`,
      `error: AMQP_URL_FILE: ${why}`,
      `error: MONGODB_URL_FILE: ${why}`,
    ]);
  });

  it("is among the settings that check shows, without its content", async () => {
    const AMQP_URL_FILE = file("amqp-url", "amqp://u:geheim@127.0.0.1:1\n");
    const { code, stdout } = await runCli(["check"], { ...env, AMQP_URL_FILE });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^AMQP_URL_FILE +.*amqp-url +environment$/m);
    expect(stdout).not.toContain("geheim");
  });
});

describe("a database name that no server accepts", () => {
  it.each(["start", "check"])("ends %s with exit code 2, and nothing is started", async (command) => {
    const env = {
      AMQP_URL,
      REGISTRY_FILE: file("good.yml", goodRegistry),
      DATA_DIR: join(folder, "never-made-either"),
    };
    const plain = await runCli([command], { ...env, MONGODB_URL: "mongodb://u:geheim@127.0.0.1:1/my%20db" });
    expect(plain).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: MONGODB_URL: names a database whose name contains a space, .*\n$/,
      ),
    });
    const MONGODB_URL_FILE = file("mongodb-url", "mongodb://u:geheim@127.0.0.1:1/a.b\n");
    const inFile = await runCli([command], { ...env, MONGODB_URL_FILE });
    expect(inFile).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: MONGODB_URL_FILE: the content of .*mongodb-url names a database .*"\.".*\n$/,
      ),
    });
    expect(plain.stderr + inFile.stderr).not.toContain("geheim");
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });
});

describe("a database address that the driver does not understand", () => {
  it.each([
    ["mongodb://u:geheim@127.0.0.1:1,/x", "has a host that is empty or contains a space"],
    ["mongodb://u:geheim@127.0.0.1:99999/x", "has a host or a port that cannot be read: write HOST:PORT"],
    ["mongodb://u:ge@heim@127.0.0.1:1/x", "cannot be read: in user and password, write % as %25"],
    ["mongodb://u:ge:heim@127.0.0.1:1/x", "cannot be read: in user and password, write % as %25"],
    ["mongodb://u:geheim%@127.0.0.1:1/x", "cannot be read: in user and password, write % as %25"],
    ["mongodb://u:geheim@127.0.0.1:1/x?foo=1", "option foo is not supported"],
  ])("is reported by check along with everything else that is wrong: %s", async (MONGODB_URL, expected) => {
    const REGISTRY_FILE = join(folder, "gone.yml");
    const { code, stderr } = await runCli(["check"], { REGISTRY_FILE, MONGODB_URL });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .*gone\.yml: there is no such file/);
    expect(stderr).toContain(`\nerror: MONGODB_URL: ${expected}`);
    expect(stderr).not.toContain("geheim");
  });
});

describe("check", () => {
  it("shows the settings without secrets and where they come from, and every binding", async () => {
    const REGISTRY_FILE = file("good.yml", goodRegistry);
    const MONGODB_URL = "mongodb://user:geheim@db/x";
    const { code, stdout, stderr } = await runCli(["check"], {
      AMQP_URL,
      REGISTRY_FILE,
      MONGODB_URL,
      PREFETCH: "300",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^MONGODB_URL +mongodb:\/\/user:\*\*\*@db\/x +environment$/m);
    expect(stdout).toMatch(/^PREFETCH +300 +environment$/m);
    expect(stdout).toMatch(/^BATCH_SIZE +200 +default$/m);
    expect(stdout).not.toContain("geheim");
    for (const key of ["a.x", "a.y", "b.x", "b.y"])
      expect(stdout).toMatch(new RegExp(`^e/jobs +${key}$`, "m"));
  });

  it("warns of settings and entries that are probably mistakes, also in JSON", async () => {
    const entries = ["e", "f"].map(
      (name) => `  - exchange: ${name}\n    destinations: [a]\n    projects: [x]\n`,
    );
    const REGISTRY_FILE = file("open.yml", `exchanges:\n${entries.join("")}    accept_projects: [try]\n`);
    const env = { REGISTRY_FILE, MONGODB_URL: "mongodb://user:geheim@db/admin" };
    const { code, stdout } = await runCli(["check"], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^warning: .*open\.yml:2: exchanges\[0\]: has no accept_projects, so e may write to every/m,
    );
    expect(stdout).toMatch(
      /^warning: MONGODB_URL: names the database admin, which belongs to the server; .*authSource=admin$/m,
    );
    const { warnings } = JSON.parse((await runCli(["check", "--json"], env)).stdout);
    expect(warnings).toHaveLength(2);
    const good = await runCli(["check"], { REGISTRY_FILE: file("good.yml", goodRegistry) });
    expect(good.stdout).not.toContain("warning:");
  });

  it("shows no secret in the query of an address", async () => {
    const { code, stdout } = await runCli(["check", "--json"], {
      AMQP_URL: "amqp://guest:geheim@127.0.0.1:1/?heartbeat=5",
      MONGODB_URL:
        "mongodb://db/x?replicaSet=r&tlsCertificateKeyFilePassword=geheim&authMechanismProperties=AWS_SESSION_TOKEN:geheim",
      BUGZILLA_URL: "https://bugs.example/?api_key=geheim",
      REGISTRY_FILE: file("good.yml", goodRegistry),
    });
    expect(code).toBe(0);
    expect(stdout).not.toContain("geheim");
    expect(stdout).toContain("amqp://guest:***@127.0.0.1:1/?heartbeat=5");
    expect(stdout).toContain("mongodb://db/x?replicaSet=r&tlsCertificateKeyFilePassword=***");
    expect(stdout).toContain("https://bugs.example/?api_key=***");
  });

  it("says with --connect why the broker cannot be used", async () => {
    const { code, stderr } = await runCli(["check", "--connect"], {
      AMQP_URL,
      REGISTRY_FILE: file("good.yml", goodRegistry),
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "error: the broker cannot be used: nothing is listening at 127.0.0.1:1: check that the broker is running, and that the port is right; see AMQP_URL\n",
    });
  });
});
