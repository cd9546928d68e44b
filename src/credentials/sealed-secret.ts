import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** A key that secrets are encrypted with. */
export interface CredentialKey {
  /** Identifies the key without revealing anything about it: the beginning of its hash in hex. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Why a stored secret cannot be read: its key is not among those given, or it was changed, or it belongs to another client id. */
export type SealFault = "unknown-key" | "damaged";

export type OpenedSecret =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly fault: SealFault };

/*
 * The forms in which a secret is stored: `clear:SECRET`, and `aes-256-gcm:KEY-ID:NONCE:TAG:TEXT` with the last three parts in
 * base64.
 */
const CLEAR = "clear:";
const CIPHER = "aes-256-gcm";
/** The nonce length that the cipher is designed for, in bytes. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function toCredentialKey(bytes: Uint8Array): CredentialKey {
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 16), bytes };
}

/**
 * Returns a secret in its stored form. An encrypted secret can be read only together with its client id, so that it cannot be
 * moved to another client.
 *
 * @param keys - the first key encrypts. Without keys, the secret is stored unencrypted and marked as such.
 */
export function sealSecret(keys: readonly CredentialKey[], clientId: string, secret: string): string {
  const [key] = keys;
  if (key === undefined) return CLEAR + secret;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(clientId));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  const parts = [nonce, cipher.getAuthTag(), text].map((part) => part.toString("base64"));
  return [CIPHER, key.id, ...parts].join(":");
}

/** Reads a stored secret with the key that encrypted it, if that is among the keys. */
export function openSecret(keys: readonly CredentialKey[], clientId: string, sealed: string): OpenedSecret {
  if (sealed.startsWith(CLEAR)) return { ok: true, secret: sealed.slice(CLEAR.length) };
  const [cipherName, keyId, ...parts] = sealed.split(":");
  const [nonce, tag, text] = parts.map((part) => Buffer.from(part, "base64"));
  if (cipherName !== CIPHER || nonce === undefined || tag === undefined || text === undefined) {
    return { ok: false, fault: "damaged" };
  }
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return { ok: false, fault: "unknown-key" };
  try {
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(clientId)).setAuthTag(tag);
    return { ok: true, secret: decipher.update(text, undefined, "utf8") + decipher.final("utf8") };
  } catch {
    // The tag does not match, or a part has the wrong length.
    return { ok: false, fault: "damaged" };
  }
}

/** How a secret is stored. */
export type Sealing = "clear" | "first-key" | "other-key" | SealFault;

/** Returns how a secret is stored, given these keys. */
export function sealingOf(keys: readonly CredentialKey[], clientId: string, sealed: string): Sealing {
  if (sealed.startsWith(CLEAR)) return "clear";
  const opened = openSecret(keys, clientId, sealed);
  if (!opened.ok) return opened.fault;
  return sealed.startsWith(`${CIPHER}:${keys[0]?.id}:`) ? "first-key" : "other-key";
}
