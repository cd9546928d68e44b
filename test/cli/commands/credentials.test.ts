import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import {
  addCredential,
  listCredentials,
  rekeyCredentials,
  revokeCredential,
  rotateCredential,
} from "../../../src/cli/commands/credentials.ts";
import { openKeyring } from "../../../src/credentials/keyring.ts";
import { createAuthenticator } from "../../../src/http/rest/authenticate.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { signRequest } from "../../http/rest/sign-request.ts";
import { type CliRun, runCli } from "../run-cli.ts";

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  env = { DATA_DIR: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a command in this process, which is faster than starting the program. */
async function run(command: () => Promise<number>): Promise<CliRun> {
  let [stdout, stderr] = ["", ""];
  const out = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const err = jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  try {
    return { code: await command(), stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const add = (id: string, options = {}) => run(() => addCredential(env, id, { json: true, ...options }));
const list = () => run(() => listCredentials(env, { json: true }));
const rotate = (id: string) => run(() => rotateCredential(env, id, { json: true }));
const revoke = (id: string) => run(() => revokeCredential(env, id));
const rekey = () => run(() => rekeyCredentials(env, { json: true }));

const parsed = ({ stdout }: CliRun): unknown[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
const secretIn = ({ stdout }: CliRun): string => /"secret":"([^"]+)"/.exec(stdout)?.[1] ?? "";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Writes the key file with these keys, and sets its path in the settings. */
function useKeys(...bytes: readonly number[]): void {
  const path = join(folder, "keys");
  writeFileSync(path, bytes.map((byte) => Buffer.alloc(32, byte).toString("base64")).join("\n"));
  chmodSync(path, 0o600);
  env = { ...env, CREDENTIALS_KEY_FILE: path };
}

it("the program adds an id with its projects, and prints the secret once, for people", async () => {
  const args = ["credentials", "add", "me", "--project", "try", "--project", "comm-*", "--owner", "a@b"];
  const added = await runCli(args, env);
  expect(added.stdout).toMatch(/^client id {2}me\nsecret {5}[0-9a-f-]{36}\nprojects {3}try, comm-\*\n$/);
  expect(added.stderr).toBe(
    "The secret is not shown again.\n" +
      "warning: the secret of me is stored unencrypted: set CREDENTIALS_KEY_FILE, then run `pulse-ingest credentials rekey`\n",
  );
  expect(added.code).toBe(0);
  const listed = await run(() => listCredentials(env, {}));
  expect(listed.stdout).toMatch(
    /^client id +state +projects .*\nme +approved +try, comm-\* +unencrypted +20.* never +- +a@b +\n$/,
  );
}, 180_000);

describe("with a key file", () => {
  beforeEach(() => useKeys(1));

  it("an id is added, listed, rotated, revoked and rotated again", async () => {
    const added = await add("me", { description: "d" });
    expect(added).toMatchObject({ code: 0, stderr: "" });
    expect(parsed(added)).toEqual([
      {
        ...{ client_id: "me", projects: null, description: "d", owner: null },
        ...{ secret: expect.stringMatching(UUID), created_at: expect.any(String) },
      },
    ]);
    const again = await add("me");
    expect(again).toEqual({
      code: 1,
      stdout: "",
      stderr: "the client id me exists: `pulse-ingest credentials rotate me` gives it a new secret\n",
    });
    const shown = { client_id: "me", authorized: true, secret: "encrypted", last_used_at: null };
    const listed = await list();
    expect(parsed(listed)).toMatchObject([shown]);
    expect(listed.stdout).not.toContain(secretIn(added));

    const rotated = await rotate("me");
    expect(rotated.code).toBe(0);
    expect(secretIn(rotated)).toMatch(UUID);
    expect(secretIn(rotated)).not.toBe(secretIn(added));

    expect(await revoke("me")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^me is revoked/) });
    expect(parsed(await list())).toMatchObject([{ ...shown, authorized: false }]);
    expect((await rotate("me")).stderr).toBe("me had been revoked. It may submit again.\n");
    expect(parsed(await list())).toMatchObject([shown]);
  });

  it("an unknown id is reported, and an invalid command changes nothing", async () => {
    await add("me");
    const stderr = "there is no client id you: `pulse-ingest credentials list` shows all\n";
    for (const end of [await rotate("you"), await revoke("you")]) {
      expect(end).toEqual({ code: 1, stdout: "", stderr });
    }
    await expect(addCredential(env, "not an id", {})).rejects.toThrow(/^the client id must be 1 to 32 /);
    for (const project of ["", "a/b", "a,b"]) {
      await expect(addCredential(env, "you", { project: [project] })).rejects.toThrow(/^--project must be /);
    }
    expect(parsed(await list())).toHaveLength(1);
  });

  it("a command that only reads does not create a store", async () => {
    await expect(listCredentials({ DATA_DIR: join(folder, "none") }, {})).rejects.toThrow(
      /^there is no store/,
    );
  });

  it("a secret that another key encrypted is reported by every command, and cannot be encrypted again", async () => {
    await add("old");
    useKeys(2);
    const added = await add("new");
    expect(added.stderr).toMatch(
      /^warning: the secret of old is encrypted with a key that is not in CREDENTIALS_KEY_FILE/,
    );
    expect(parsed(await list())).toMatchObject([
      { client_id: "new", secret: "encrypted" },
      { client_id: "old", secret: "encrypted with an unknown key" },
    ]);
    const rekeyed = await rekey();
    expect(rekeyed.code).toBe(1);
    expect(parsed(rekeyed)).toEqual([{ encrypted: [], unchanged: ["new"], unreadable: ["old"], busy: [] }]);
  });
});

describe("a change of the key", () => {
  let store: Store;
  let nowMs = Date.parse("2026-01-05T10:00:00Z");
  const silent = () => undefined;
  const log = { error: silent, warn: silent, info: silent, debug: silent };
  const now = () => nowMs;
  beforeEach(async () => {
    store = await openSqliteStore(folder, 30);
  });
  afterEach(() => store.close());

  it("causes no request of any client to be refused at any step", async () => {
    const secrets = new Map([["first", secretIn(await add("first"))]]);
    useKeys(1);
    secrets.set("second", secretIn(await add("second")));
    const keyring = openKeyring(env["CREDENTIALS_KEY_FILE"], now, log);
    const limits = { jobs: 0, resultset: 0 };
    const worker = createAuthenticator({ credentials: store, nonces: store, keyring, limits, now, log });
    const allAreAccepted = async (): Promise<void> => {
      nowMs += 10_000;
      for (const [id, secret] of secrets) {
        const answer = await worker.authenticate(signRequest({ id, secret, ts: nowMs / 1000 }));
        expect([id, answer.kind]).toEqual([id, "client"]);
      }
    };
    await allAreAccepted();

    useKeys(2, 1);
    await allAreAccepted();
    secrets.set("third", secretIn(await add("third")));
    await allAreAccepted();
    const rekeyed = await rekey();
    expect(rekeyed).toMatchObject({ code: 0, stderr: "" });
    expect(parsed(rekeyed)).toEqual([
      { encrypted: ["second", "first"], unchanged: ["third"], unreadable: [], busy: [] },
    ]);
    await allAreAccepted();
    useKeys(2);
    await allAreAccepted();
    expect(parsed(await rekey())).toMatchObject([{ encrypted: [], unchanged: ["third", "second", "first"] }]);
    expect((await list()).stderr).toBe("");
  });

  it("needs a key file", async () => {
    await expect(rekeyCredentials(env, {})).rejects.toThrow(/^CREDENTIALS_KEY_FILE is not set/);
  });
});
