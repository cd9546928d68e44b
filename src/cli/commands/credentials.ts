import { randomUUID } from "node:crypto";
import * as z from "zod";
import { readSettings } from "../../config/read-settings.ts";
import { credentialWarnings } from "../../credentials/credential-warnings.ts";
import { readKeyFile } from "../../credentials/key-file.ts";
import {
  type CredentialKey,
  openSecret,
  type Sealing,
  sealingOf,
  sealSecret,
} from "../../credentials/sealed-secret.ts";
import { isClientId } from "../../domain/client-id.ts";
import { Misuse } from "../../domain/faults.ts";
import { counted } from "../../domain/text/counted.ts";
import type { Credential, CredentialStore } from "../../store/ports/credential-store.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { given, read } from "../options/query-options.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { columns } from "../output/columns.ts";
import { cutName } from "../output/cut-to-width.ts";
import { print, printJson, tell } from "../output/print.ts";

/** `credentials add`: creates an approved client id, and prints its secret once. Exit code 1 if the id exists. */
export async function addCredential(
  env: NodeJS.ProcessEnv,
  clientId: string,
  options: CommandOptions,
): Promise<number> {
  if (!isClientId(clientId)) {
    const found = JSON.stringify(clientId);
    throw new Misuse([`the client id must be 1 to 32 letters, digits, \`-\` or \`_\`; it is ${found}`]);
  }
  const projects = readProjects(options["project"]);
  return withCredentials(env, "make", async (store, keys) => {
    const secret = randomUUID();
    const credential = {
      ...{ client_id: clientId, secret: sealSecret(keys, clientId, secret), projects },
      ...{ description: given(options["description"]) ?? "", owner: given(options["owner"]) ?? null },
      ...{ authorized: true, created_at: new Date().toISOString(), last_used_at: null, last_used_from: null },
    };
    if (!(await store.addCredential(credential))) {
      tell(
        `the client id ${clientId} exists: \`pulse-ingest credentials rotate ${clientId}\` gives it a new secret`,
      );
      return exitCodes.failed;
    }
    await printSecret(credential, secret, options);
    return exitCodes.ok;
  });
}

/** `credentials list`: prints all client ids, the newest first, without their secrets. */
export async function listCredentials(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  return withCredentials(env, "refuse", async (store, keys) => {
    const views = (await store.listCredentials()).map((credential) => viewOf(credential, keys));
    if (options["json"] === true) {
      for (const view of views) await printJson(view);
      return exitCodes.ok;
    }
    await print(views.length === 0 ? "No credentials.\n" : columns([heading, ...views.map(toRow)]));
    return exitCodes.ok;
  });
}

/**
 * `credentials rotate`: gives a client id a new secret, and prints it once. The old secret is refused within seconds. An id that
 * was revoked is approved again. Exit code 1 for an unknown id.
 */
export async function rotateCredential(
  env: NodeJS.ProcessEnv,
  clientId: string,
  options: CommandOptions,
): Promise<number> {
  return withCredentials(env, "refuse", async (store, keys) => {
    const before = await store.findCredential(clientId);
    const secret = randomUUID();
    const isKnown = await store.rotateCredential(clientId, sealSecret(keys, clientId, secret));
    if (before === null || !isKnown) return noSuchId(clientId);
    await printSecret(before, secret, options);
    if (!before.authorized) tell(`${clientId} had been revoked. It may submit again.`);
    return exitCodes.ok;
  });
}

/** `credentials revoke`: stops accepting submissions of a client id. Exit code 1 for an unknown id. */
export async function revokeCredential(env: NodeJS.ProcessEnv, clientId: string): Promise<number> {
  return withCredentials(env, "refuse", async (store) => {
    if (!(await store.revokeCredential(clientId))) return noSuchId(clientId);
    await print(`${clientId} is revoked. Running workers refuse it within a few seconds.\n`);
    return exitCodes.ok;
  });
}

/** The result of a rekey: client ids by what happened to their secrets. */
interface Rekeying {
  readonly encrypted: readonly string[];
  /** Already encrypted with the first key. */
  readonly unchanged: readonly string[];
  /** Encrypted with none of the keys, or damaged. */
  readonly unreadable: readonly string[];
  /** Changed by somebody else while the command ran. */
  readonly busy: readonly string[];
}

/**
 * `credentials rekey`: encrypts all secrets with the first key of the key file. Running workers need no restart: see
 * `docs/credentials.md`. Exit code 1 if any secret could not be encrypted.
 */
export async function rekeyCredentials(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  return withCredentials(env, "refuse", async (store, keys) => {
    if (keys.length === 0)
      throw new Misuse(["CREDENTIALS_KEY_FILE is not set: there is no key to encrypt with"]);
    const ends = new Map<string, keyof Rekeying>();
    for (const credential of await store.listCredentials()) {
      ends.set(credential.client_id, await rekeyOne(store, keys, credential));
    }
    const idsOf = (end: keyof Rekeying) => [...ends].filter(([, its]) => its === end).map(([id]) => id);
    const rekeying: Rekeying = {
      encrypted: idsOf("encrypted"),
      unchanged: idsOf("unchanged"),
      unreadable: idsOf("unreadable"),
      busy: idsOf("busy"),
    };
    await (options["json"] === true ? printJson(rekeying) : print(described(rekeying)));
    return rekeying.unreadable.length + rekeying.busy.length > 0 ? exitCodes.failed : exitCodes.ok;
  });
}

async function rekeyOne(
  store: CredentialStore,
  keys: readonly CredentialKey[],
  { client_id, secret: before }: Credential,
): Promise<keyof Rekeying> {
  if (sealingOf(keys, client_id, before) === "first-key") return "unchanged";
  const opened = openSecret(keys, client_id, before);
  if (!opened.ok) return "unreadable";
  const after = sealSecret(keys, client_id, opened.secret);
  return (await store.resealCredential(client_id, before, after)) ? "encrypted" : "busy";
}

function described({ encrypted, unchanged, unreadable, busy }: Rekeying): string {
  const lines = [
    `${counted(encrypted.length, "secret")} encrypted with the first key, ${unchanged.length} already were`,
    ...(busy.length > 0
      ? [`changed by somebody else at the same time: ${busy.join(", ")}; run the command again`]
      : []),
    ...(unreadable.length > 0 ? [`not readable with these keys: ${unreadable.join(", ")}`] : []),
    ...(busy.length + unreadable.length === 0 ? ["The other keys can be removed from the key file."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Does the work with the store and the keys, and then warns about secrets that are unencrypted or unreadable. */
async function withCredentials(
  env: NodeJS.ProcessEnv,
  absent: "make" | "refuse",
  work: (store: CredentialStore, keys: readonly CredentialKey[]) => Promise<number>,
): Promise<number> {
  const settings = readSettings(env, [...storeSettingNames, "CREDENTIALS_KEY_FILE"]);
  const keys = readKeyFile(settings.CREDENTIALS_KEY_FILE);
  return withStore(settings, absent, async (store) => {
    const exitCode = await work(store, keys);
    for (const warning of credentialWarnings(await store.listCredentials(), keys))
      tell(`warning: ${warning}`);
    return exitCode;
  });
}

const projectPatterns = z.array(z.string().regex(/^[\w*-]{1,50}$/)).min(1);

/** Returns the patterns of `--project`; null if it was not given. */
function readProjects(value: CommandOptions[string]): readonly string[] | null {
  if (value === undefined) return null;
  const wanted = "names of projects, of letters, digits, `_` and `-`; * stands for any text";
  return read("--project", projectPatterns, value, wanted);
}

function noSuchId(clientId: string): number {
  tell(`there is no client id ${clientId}: \`pulse-ingest credentials list\` shows all`);
  return exitCodes.failed;
}

type NewSecret = Pick<Credential, "client_id" | "projects" | "description" | "owner" | "created_at">;

async function printSecret(credential: NewSecret, secret: string, { json }: CommandOptions): Promise<void> {
  const { client_id, projects, description, owner, created_at } = credential;
  if (json === true) return printJson({ client_id, secret, projects, description, owner, created_at });
  await print(
    columns([
      ["client id", client_id],
      ["secret", secret],
      ["projects", projects?.join(", ") ?? "all"],
    ]),
  );
  tell("The secret is not shown again.");
}

/** A credential as it is listed. */
type CredentialView = Omit<Credential, "secret"> & { readonly secret: (typeof sealingWords)[Sealing] };

const sealingWords = {
  clear: "unencrypted",
  "first-key": "encrypted",
  "other-key": "encrypted with an older key",
  "unknown-key": "encrypted with an unknown key",
  damaged: "damaged",
} as const satisfies Record<Sealing, string>;

function viewOf(credential: Credential, keys: readonly CredentialKey[]): CredentialView {
  const { client_id, secret } = credential;
  return { ...credential, secret: sealingWords[sealingOf(keys, client_id, secret)] };
}

const heading = [
  ...["client id", "state", "projects", "secret", "created", "last used", "last used from"],
  ...["owner", "description"],
];

function toRow(view: CredentialView): string[] {
  return [
    view.client_id,
    view.authorized ? "approved" : "revoked",
    cutName(view.projects?.join(", ") ?? "all"),
    view.secret,
    view.created_at,
    view.last_used_at ?? "never",
    ...[view.last_used_from ?? "-", view.owner ?? "-", view.description].map(cutName),
  ];
}
