import type { Credential } from "../store/ports/credential-store.ts";
import { type CredentialKey, type Sealing, sealingOf } from "./sealed-secret.ts";

/** The most client ids that one warning names. */
const NAMED = 5;

type SealedCredential = Pick<Credential, "client_id" | "secret">;

const rekey = "run `pulse-ingest credentials rekey`";
const rotate = "run `pulse-ingest credentials rotate`";

/** The problem with each way of storing secrets, and what to do about it; null if there is none. */
const problems = {
  "first-key": { withKeys: null, withoutKeys: null },
  clear: {
    withKeys: `still stored unencrypted: ${rekey}`,
    withoutKeys: `stored unencrypted: set CREDENTIALS_KEY_FILE, then ${rekey}`,
  },
  "other-key": {
    withKeys: `still encrypted with an older key: ${rekey}`,
    withoutKeys: null,
  },
  "unknown-key": {
    withKeys: `encrypted with a key that is not in CREDENTIALS_KEY_FILE: add that key as another line, or ${rotate}`,
    withoutKeys:
      "encrypted, but CREDENTIALS_KEY_FILE is not set: set it, because requests cannot be checked without it",
  },
  damaged: {
    withKeys: `damaged, or copied from another client: ${rotate}`,
    withoutKeys: `damaged, or copied from another client: ${rotate}`,
  },
} as const satisfies Record<Sealing, { withKeys: string | null; withoutKeys: string | null }>;

/**
 * Returns warnings for the operator about how secrets are stored; empty if all are encrypted with the first key.
 *
 * @param keys - the keys of the key file; empty if there is none.
 */
export function credentialWarnings(
  credentials: readonly SealedCredential[],
  keys: readonly CredentialKey[],
): readonly string[] {
  const idsBySealing = new Map<Sealing, string[]>();
  for (const { client_id, secret } of credentials) {
    const sealing = sealingOf(keys, client_id, secret);
    idsBySealing.set(sealing, [...(idsBySealing.get(sealing) ?? []), client_id]);
  }
  return [...idsBySealing].flatMap(([sealing, ids]) => {
    const problem = problems[sealing][keys.length > 0 ? "withKeys" : "withoutKeys"];
    return problem === null ? [] : [`${secretsOf(ids)} ${problem}`];
  });
}

function secretsOf(ids: readonly string[]): string {
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  const names = `${ids.slice(0, NAMED).join(", ")}${more}`;
  return ids.length === 1 ? `the secret of ${names} is` : `the secrets of ${names} are`;
}
