import { describe, expect, it } from "@jest/globals";
import { credentialWarnings } from "../../src/credentials/credential-warnings.ts";
import {
  openSecret,
  type Sealing,
  sealingOf,
  sealSecret,
  toCredentialKey,
} from "../../src/credentials/sealed-secret.ts";

const [one, two, three] = [1, 2, 3].map((byte) => toCredentialKey(Buffer.alloc(32, byte))) as [Key, Key, Key];
type Key = ReturnType<typeof toCredentialKey>;
const SECRET = "00000000-0000-4000-8000-000000000001";

/** Changes one character in a part of a stored secret: part 2 is the nonce, 3 the tag, 4 the text. */
function altered(sealed: string, part: number): string {
  const parts = sealed.split(":");
  const text = parts[part] ?? "";
  parts[part] = (text.startsWith("A") ? "B" : "A") + text.slice(1);
  return parts.join(":");
}

describe("a secret", () => {
  it("is encrypted with the first key, differently each time, and can be decrypted with any key that fits", () => {
    const sealed = sealSecret([one, two], "client", SECRET);
    expect(sealed).toMatch(new RegExp(`^aes-256-gcm:${one.id}:`));
    expect(sealed).not.toContain(SECRET);
    expect(sealSecret([one, two], "client", SECRET)).not.toBe(sealed);
    expect(openSecret([three, one], "client", sealed)).toEqual({ ok: true, secret: SECRET });
  });

  it("is marked as plain text without a key, and can be read with or without one", () => {
    expect(sealSecret([], "client", SECRET)).toBe(`clear:${SECRET}`);
    for (const keys of [[], [one]]) {
      expect(openSecret(keys, "client", `clear:${SECRET}`)).toEqual({ ok: true, secret: SECRET });
    }
  });

  const sealed = sealSecret([one], "client", SECRET);
  it.each<[string, string, string, Sealing]>([
    ["with another key", "client", sealSecret([three], "client", SECRET), "unknown-key"],
    ["of another client", "other", sealed, "damaged"],
    ["with another nonce", "client", altered(sealed, 2), "damaged"],
    ["with another tag", "client", altered(sealed, 3), "damaged"],
    ["with another text", "client", altered(sealed, 4), "damaged"],
    ["with a short tag", "client", sealed.replace(/:[^:]+(:[^:]+)$/, ":AAAA$1"), "damaged"],
    ["with a part missing", "client", sealed.replace(/:[^:]+$/, ""), "damaged"],
    ["in another form", "client", SECRET, "damaged"],
  ])("%s cannot be read", (_case, clientId, stored, fault) => {
    expect(openSecret([one, two], clientId, stored)).toEqual({ ok: false, fault });
    expect(sealingOf([one, two], clientId, stored)).toBe(fault);
  });

  it.each<[Sealing, readonly Key[], string]>([
    ["clear", [one], `clear:${SECRET}`],
    ["first-key", [one, two], sealed],
    ["other-key", [two, one], sealed],
    ["unknown-key", [], sealed],
  ])("is described as %s", (sealing, keys, stored) => {
    expect(sealingOf(keys, "client", stored)).toBe(sealing);
  });
});

describe("the warnings", () => {
  const stored = (client_id: string, key: Key | null) => ({
    client_id,
    secret: sealSecret(key === null ? [] : [key], client_id, SECRET),
  });
  const all = [stored("a", null), stored("b", one), stored("c", two), stored("d", three), stored("e", null)];

  it("say which secrets are not encrypted or cannot be read, and what to do", () => {
    expect(credentialWarnings([...all, { client_id: "f", secret: "?" }], [one, two])).toEqual([
      "the secrets of a, e are still stored unencrypted: run `pulse-ingest credentials rekey`",
      "the secret of c is still encrypted with an older key: run `pulse-ingest credentials rekey`",
      "the secret of d is encrypted with a key that is not in CREDENTIALS_KEY_FILE: add that key as another line, or run `pulse-ingest credentials rotate`",
      "the secret of f is damaged, or copied from another client: run `pulse-ingest credentials rotate`",
    ]);
  });

  it("ask for a key file if there is none", () => {
    expect(credentialWarnings(all, [])).toEqual([
      "the secrets of a, e are stored unencrypted: set CREDENTIALS_KEY_FILE, then run `pulse-ingest credentials rekey`",
      "the secrets of b, c, d are encrypted, but CREDENTIALS_KEY_FILE is not set: set it, because requests cannot be checked without it",
    ]);
  });

  it("are empty if nothing is wrong, and name only some of many ids", () => {
    expect(credentialWarnings([], [])).toEqual([]);
    expect(credentialWarnings([stored("a", one)], [one])).toEqual([]);
    const many = Array.from({ length: 8 }, (_, nth) => stored(`c${nth}`, null));
    expect(credentialWarnings(many, [one])).toEqual([
      "the secrets of c0, c1, c2, c3, c4 and 3 more are still stored unencrypted: run `pulse-ingest credentials rekey`",
    ]);
  });
});
