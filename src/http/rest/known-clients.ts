import { matches } from "../../config/pattern-index.ts";
import type { Keyring } from "../../credentials/keyring.ts";
import { openSecret } from "../../credentials/sealed-secret.ts";
import { isClientId } from "../../domain/client-id.ts";
import { Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Credential, CredentialStore } from "../../store/ports/credential-store.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";

/** A client that may submit. */
export interface KnownClient {
  readonly secret: string;
  mayWriteTo(project: string): boolean;
}

export interface KnownClientsOptions {
  readonly credentials: Pick<CredentialStore, "findCredential" | "noteCredentialUse">;
  readonly keyring: Keyring;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly log: Log;
}

export interface KnownClients {
  /**
   * Returns null for an id that is unknown or has been revoked.
   *
   * @throws Unavailable if the store is away, or if the secret needs a key that is not in the key file.
   */
  find(clientId: string): Promise<KnownClient | null>;
  /** Records that a client has been used, at most once a minute. It does not wait for the store, and never fails. */
  noteUse(clientId: string, from: string): void;
}

interface Remembered {
  readonly client: Promise<KnownClient | null>;
  readonly at: number;
}

/** How long an answer of the store is reused, in milliseconds. The revocation or rotation of a credential takes effect within this time. */
const REMEMBERED_MS = 3000;
/** The most ids that are remembered, including unknown ones. The oldest one is forgotten first. */
const MAX_REMEMBERED = 1000;
/** The shortest time between two records of the same client's use, in milliseconds. */
const NOTED_EVERY_MS = 60_000;

/** Looks up clients in the store, and remembers the answers for a short time. */
export function createKnownClients({ credentials, keyring, now, log }: KnownClientsOptions): KnownClients {
  const remembered = new Map<string, Remembered>();
  const noted = new Map<string, number>();
  let unreadable = 0;

  async function find(clientId: string): Promise<KnownClient | null> {
    if (!isClientId(clientId)) return null;
    const before = remembered.get(clientId);
    if (before !== undefined && Math.abs(now() - before.at) < REMEMBERED_MS) return before.client;
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    const asked = { client: load(clientId), at: now() };
    // Delete the id first, so that it moves to the end of the map and becomes the newest one.
    remembered.delete(clientId);
    remembered.set(clientId, asked);
    try {
      return await asked.client;
    } catch (error) {
      if (remembered.get(clientId) === asked) remembered.delete(clientId);
      throw error;
    }
  }

  async function load(clientId: string): Promise<KnownClient | null> {
    const found = await credentials.findCredential(clientId);
    if (found === null || !found.authorized) return null;
    const secret = secretOf(found);
    const { projects } = found;
    const mayWriteTo = (project: string): boolean =>
      projects === null || projects.some((pattern) => matches(pattern, project));
    return { secret, mayWriteTo };
  }

  function secretOf({ client_id, secret: sealed }: Credential): string {
    const first = openSecret(keyring.keys(), client_id, sealed);
    if (first.ok) return first.secret;
    // A new key may have been added to the key file since it was read.
    keyring.refresh();
    const second = openSecret(keyring.keys(), client_id, sealed);
    if (second.ok) return second.secret;
    unreadable++;
    const hint = "`pulse-ingest credentials list` shows the reason";
    if (isWrittenAgain(unreadable))
      log.error("credential_unreadable", { client_id, fault: second.fault, hint });
    // The request may be valid, so the client is told to try again. The log entry tells the operator to act.
    throw new Unavailable("store", `the secret of ${client_id} cannot be read`);
  }

  function noteUse(clientId: string, from: string): void {
    const at = now();
    const before = noted.get(clientId);
    if (before !== undefined && Math.abs(at - before) < NOTED_EVERY_MS) return;
    noted.set(clientId, at);
    credentials.noteCredentialUse(clientId, new Date(at).toISOString(), from).catch((error: unknown) => {
      // This only informs people, so it need not be retried. The first request after a minute records the client's use again.
      log.debug("credential_use_not_noted", { client_id: clientId, error });
    });
  }

  return { find, noteUse };
}
