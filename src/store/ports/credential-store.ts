/** The secret with which a client of the REST API signs its requests, and what the client may do. */
export interface Credential {
  /** 1 to 32 letters, digits, `-` or `_`. */
  readonly client_id: string;
  /** The secret as it is stored: encrypted, or marked as clear text (see `credentials/sealed-secret.ts`). */
  readonly secret: string;
  /** Patterns of the projects that the client may write to; `*` matches any text. Null for all projects. */
  readonly projects: readonly string[] | null;
  readonly description: string;
  /** The person who asked for the credential; null if nobody was named. */
  readonly owner: string | null;
  /** False once the credential has been revoked. Requests are then refused as if the client id were unknown. */
  readonly authorized: boolean;
  /** ISO 8601. */
  readonly created_at: string;
  /** ISO 8601, exact to a minute; null until the first request. */
  readonly last_used_at: string | null;
  /** The path of the last request, such as `/api/project/try/jobs/`. */
  readonly last_used_from: string | null;
}

/** Stores the credentials of REST clients. */
export interface CredentialStore {
  /** Adds a credential. Returns false, and changes nothing, if the client id exists. */
  addCredential(credential: Credential): Promise<boolean>;
  /** Returns a credential, even if it has been revoked; null for an unknown id. */
  findCredential(clientId: string): Promise<Credential | null>;
  /** Lists all credentials, including revoked ones, newest first. */
  listCredentials(): Promise<readonly Credential[]>;
  /** Replaces the secret, and restores the credential if it was revoked. Returns false for an unknown id. */
  rotateCredential(clientId: string, secret: string): Promise<boolean>;
  /** Revokes a credential. Returns false for an unknown id. */
  revokeCredential(clientId: string): Promise<boolean>;
  /** Replaces the stored form `before` of a secret with `after`. Returns false, and changes nothing, if `before` is no longer stored. */
  resealCredential(clientId: string, before: string, after: string): Promise<boolean>;
  /** Records the last use, unless a later use is already recorded. */
  noteCredentialUse(clientId: string, at: string, from: string): Promise<void>;
}
