import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import type { CredentialStore } from "../store/ports/credential-store.ts";
import { credentialWarnings } from "./credential-warnings.ts";
import type { Keyring } from "./keyring.ts";

export interface ReportCredentialsOptions {
  readonly credentials: Pick<CredentialStore, "listCredentials">;
  readonly keyring: Keyring;
  readonly log: Log;
}

/** Logs a warning, when a worker starts, about secrets that are not encrypted or cannot be read. Does nothing if the store is away. */
export async function reportCredentials({
  credentials,
  keyring,
  log,
}: ReportCredentialsOptions): Promise<void> {
  try {
    const warnings = credentialWarnings(await credentials.listCredentials(), keyring.keys());
    if (warnings.length > 0) log.warn("credentials_warnings", { warnings });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
  }
}
