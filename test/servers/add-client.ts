import { randomUUID } from "node:crypto";
import { sealSecret } from "../../src/credentials/sealed-secret.ts";
import type { CredentialStore } from "../../src/store/ports/credential-store.ts";

/** A client id and its secret. */
export interface AddedClient {
  readonly clientId: string;
  readonly secret: string;
}

/** Creates an approved client id with an unencrypted secret, as `pulse-ingest credentials add` does. */
export async function addClient(
  store: Pick<CredentialStore, "addCredential">,
  clientId: string,
): Promise<AddedClient> {
  const secret = randomUUID();
  const isNew = await store.addCredential({
    ...{ client_id: clientId, secret: sealSecret([], clientId, secret), projects: null },
    ...{ description: "", owner: null, authorized: true },
    ...{ created_at: new Date().toISOString(), last_used_at: null, last_used_from: null },
  });
  if (!isNew) throw new Error(`the client id ${clientId} exists`);
  return { clientId, secret };
}
