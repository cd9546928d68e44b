import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { isOpenToOthers } from "../disk/private-files.ts";
import { whyUnreadable } from "../domain/error-code.ts";
import { Misuse } from "../domain/faults.ts";
import { type CredentialKey, toCredentialKey } from "./sealed-secret.ts";

const KEY_BYTES = 32;
/** Base64 of 32 bytes. */
const keyPattern = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads the file that `CREDENTIALS_KEY_FILE` names: one key per line, each 32 bytes in base64. New secrets are encrypted with
 * the first key. The others are earlier keys, which can still decrypt.
 *
 * @param path - undefined if there is no key file, and so no key.
 * @throws Misuse if the file cannot be read, if others can access it, or if a line is not a key. The content is never shown.
 */
export function readKeyFile(path: string | undefined): readonly CredentialKey[] {
  if (path === undefined) return [];
  const lines = readPrivate(path)
    .split("\n")
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text }) => text !== "");
  const keys = lines.map(({ text, number }) => {
    const bytes = Buffer.from(text, "base64");
    if (!keyPattern.test(text) || bytes.length !== KEY_BYTES) {
      throw misuse(`line ${number} of ${path} is not a key`);
    }
    return toCredentialKey(bytes);
  });
  if (keys.length === 0) throw misuse(`${path} is empty`);
  return keys;
}

function readPrivate(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new Misuse([`CREDENTIALS_KEY_FILE: ${path} ${whyUnreadable(error)}`]);
  }
  try {
    // Check the open file, because the path may name a different file a moment later.
    const stats = fstatSync(file);
    if (!stats.isFile()) throw misuse(`${path} is not a file`);
    if (process.platform !== "win32" && isOpenToOthers(stats)) {
      const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
      throw new Misuse([
        `CREDENTIALS_KEY_FILE: other users of this machine can access ${path} (mode ${mode}): run \`chmod 600\` on it`,
      ]);
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function misuse(problem: string): Misuse {
  return new Misuse([
    `CREDENTIALS_KEY_FILE: ${problem}; each line must be 32 random bytes in base64, as \`openssl rand -base64 32\` prints them`,
  ]);
}
