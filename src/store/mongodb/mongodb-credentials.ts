import type { Credential } from "../ports/credential-store.ts";
import type { Collections, CredentialDocument } from "./mongodb-collections.ts";
import { isLostRace } from "./mongodb-faults.ts";

/** Stores the credentials of REST clients, with one document per client. */
export function createCredentials({ credentials }: Pick<Collections, "credentials">) {
  async function addCredential({ client_id: _id, ...rest }: Credential): Promise<boolean> {
    try {
      await credentials.insertOne({ _id, ...rest });
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  async function findCredential(_id: string): Promise<Credential | null> {
    const found = await credentials.findOne({ _id });
    return found === null ? null : toCredential(found);
  }

  async function listCredentials(): Promise<Credential[]> {
    const found = await credentials.find().sort({ created_at: -1, _id: 1 }).toArray();
    return found.map(toCredential);
  }

  async function rotateCredential(_id: string, secret: string): Promise<boolean> {
    const { matchedCount } = await credentials.updateOne({ _id }, { $set: { secret, authorized: true } });
    return matchedCount > 0;
  }

  async function revokeCredential(_id: string): Promise<boolean> {
    const { matchedCount } = await credentials.updateOne({ _id }, { $set: { authorized: false } });
    return matchedCount > 0;
  }

  async function resealCredential(_id: string, before: string, after: string): Promise<boolean> {
    const { matchedCount } = await credentials.updateOne(
      { _id, secret: before },
      { $set: { secret: after } },
    );
    return matchedCount > 0;
  }

  async function noteCredentialUse(_id: string, at: string, from: string): Promise<void> {
    const isLater = { $or: [{ last_used_at: null }, { last_used_at: { $lt: at } }] };
    await credentials.updateOne({ _id, ...isLater }, { $set: { last_used_at: at, last_used_from: from } });
  }

  return {
    forWorkers: { findCredential, listCredentials, noteCredentialUse },
    forPeople: { addCredential, rotateCredential, revokeCredential, resealCredential },
  };
}

function toCredential({ _id: client_id, ...rest }: CredentialDocument): Credential {
  return { client_id, ...rest };
}
