import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readKeyFile } from "../../src/credentials/key-file.ts";
import { openKeyring } from "../../src/credentials/keyring.ts";
import { reportCredentials } from "../../src/credentials/report-credentials.ts";
import { toCredentialKey } from "../../src/credentials/sealed-secret.ts";
import { Misuse, Unavailable } from "../../src/domain/faults.ts";
import { aCredential } from "../examples.ts";

const keyOf = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const idOf = (byte: number) => toCredentialKey(Buffer.alloc(32, byte)).id;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "key-file-"));
  path = join(folder, "key");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(content: string, mode = 0o600): void {
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function problemsOf(file: string): readonly string[] {
  try {
    readKeyFile(file);
  } catch (error) {
    if (error instanceof Misuse) return error.problems;
    throw error;
  }
  return [];
}

describe("a key file", () => {
  it("holds one or more keys, the one for new secrets first", () => {
    write(`${keyOf(1)}\n`);
    expect(readKeyFile(path).map(({ id }) => id)).toEqual([idOf(1)]);
    write(`\r\n${keyOf(2)}\r\n\n  ${keyOf(1)}`, 0o400);
    expect(readKeyFile(path).map(({ id }) => id)).toEqual([idOf(2), idOf(1)]);
  });

  it("may be missing if none is configured", () => {
    expect(readKeyFile(undefined)).toEqual([]);
  });

  const example = "; each line must be 32 random bytes in base64, as `openssl rand -base64 32` prints them";
  it.each([
    ["text", "line 1 of FILE is not a key"],
    [`${keyOf(1)}\n\nshort=`, "line 3 of FILE is not a key"],
    [Buffer.alloc(31).toString("base64"), "line 1 of FILE is not a key"],
    [Buffer.alloc(33).toString("base64"), "line 1 of FILE is not a key"],
    [`${keyOf(1)}${keyOf(2)}`, "line 1 of FILE is not a key"],
    [" \n", "FILE is empty"],
  ])("with the content %j is an error, whose message does not repeat it", (content, problem) => {
    write(content);
    expect(problemsOf(path)).toEqual([`CREDENTIALS_KEY_FILE: ${problem.replace("FILE", path)}${example}`]);
  });

  it.each([0o640, 0o604, 0o644, 0o620])("that others can access (mode %o) is an error", (mode) => {
    write(keyOf(1), mode);
    expect(problemsOf(path)).toEqual([
      `CREDENTIALS_KEY_FILE: other users of this machine can access ${path} (mode 0${mode.toString(8)}): run \`chmod 600\` on it`,
    ]);
  });

  it("that is missing, or is a folder, is an error", () => {
    expect(problemsOf(path)).toEqual([
      `CREDENTIALS_KEY_FILE: ${path} cannot be read (ENOENT): there is no such file`,
    ]);
    expect(problemsOf(folder)).toEqual([`CREDENTIALS_KEY_FILE: ${folder} is not a file${example}`]);
  });
});

describe("a worker", () => {
  let nowMs = 0;
  let events: unknown[] = [];
  const note = (event: string, fields: unknown) => void events.push([event, fields]);
  const log = { error: note, warn: note, info: note, debug: note };
  beforeEach(() => {
    events = [];
  });

  it("reads its key file again when a secret needs it, and keeps its keys if the file is broken", () => {
    write(keyOf(1));
    const keyring = openKeyring(path, () => nowMs, log);
    const ids = () => keyring.keys().map(({ id }) => id);
    write(`${keyOf(2)}\n${keyOf(1)}`);
    keyring.refresh();
    expect(ids()).toEqual([idOf(1)]);
    nowMs += 2000;
    keyring.refresh();
    expect(ids()).toEqual([idOf(2), idOf(1)]);
    write("broken");
    nowMs += 2000;
    keyring.refresh();
    expect(ids()).toEqual([idOf(2), idOf(1)]);
    expect(events).toEqual([
      ["credentials_key_file_broken", { problems: [expect.stringContaining("is not a key")] }],
    ]);
  });

  it("warns at its start about secrets that are not encrypted, unless the store is unavailable", async () => {
    const keyring = openKeyring(undefined, () => nowMs, log);
    const listCredentials = async () => [aCredential({ client_id: "a" })];
    await reportCredentials({ credentials: { listCredentials }, keyring, log });
    expect(events).toEqual([
      [
        "credentials_warnings",
        { warnings: [expect.stringMatching(/^the secret of a is stored unencrypted: /)] },
      ],
    ]);
    const gone = async () => {
      throw new Unavailable("store", "connection refused");
    };
    await reportCredentials({ credentials: { listCredentials: gone }, keyring, log });
    expect(events).toHaveLength(1);
  });
});
