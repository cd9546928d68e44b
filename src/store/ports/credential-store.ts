/** What a client of the REST API signs its requests with, and what it may do. */
export interface Credential {
  /** 1 to 32 letters, digits, `-` or `_`. */
  readonly client_id: string;
  /** The secret in the form in which it is stored: encrypted, or marked as clear text (`credentials/sealed-secret.ts`). */
  readonly secret: string;
  /** The projects that it may write to, as patterns; `*` stands for any text. Null: all projects. */
  readonly projects: readonly string[] | null;
  readonly description: string;
  /** The person who asked for it; null if nobody was named. */
  readonly owner: string | null;
  /** False once it has been revoked. It is then treated as unknown. */
  readonly authorized: boolean;
  /** ISO 8601, like the time below. */
  readonly created_at: string;
  /** Null until the first request. Exact to a minute. */
  readonly last_used_at: string | null;
  /** The path of that request, such as `/api/project/try/jobs/`. */
  readonly last_used_from: string | null;
}

/** The credentials of REST clients. */
export interface CredentialStore {
  /** Returns false, and changes nothing, if the client id exists. */
  addCredential(credential: Credential): Promise<boolean>;
  /** Returns revoked ones too; null for an unknown id. */
  findCredential(clientId: string): Promise<Credential | null>;
  /** Lists all, revoked ones too, the newest first. */
  listCredentials(): Promise<readonly Credential[]>;
  /** Replaces the secret, and approves the id again if it was revoked. Returns false for an unknown id. */
  rotateCredential(clientId: string, secret: string): Promise<boolean>;
  /** Returns false for an unknown id. */
  revokeCredential(clientId: string): Promise<boolean>;
  /** Stores the same secret in another form. Returns false, and changes nothing, if it is not stored as `before` any more. */
  resealCredential(clientId: string, before: string, after: string): Promise<boolean>;
  /** Records a request, unless a later one is recorded. */
  noteCredentialUse(clientId: string, at: string, from: string): Promise<void>;
}
