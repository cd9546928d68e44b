import { readTiers } from "../../config/parse-tiers.ts";
import { brokerUrl, databaseUrl, readSettings } from "../../config/read-settings.ts";
import { type Registry, readRegistry } from "../../config/registry.ts";
import type { SettingName, Settings } from "../../config/settings.ts";
import { readKeyFile } from "../../credentials/key-file.ts";
import { Misuse } from "../../domain/faults.ts";
import { checkDatabaseAddress } from "../../store/open-store.ts";

/**
 * Reads the named settings and the files that operators write. The files with addresses and with the keys of credentials are only
 * checked here, because they are read again when they are needed.
 *
 * @throws Misuse with all problems of the settings and the files together.
 */
export async function readConfiguration<K extends SettingName>(
  env: NodeJS.ProcessEnv,
  names: readonly K[],
): Promise<{ readonly settings: Pick<Settings, K>; readonly registry: Registry }> {
  // These settings accept any text, so reading them cannot fail. Another invalid setting therefore does not hide problems of the
  // files.
  const ownFiles = ["REGISTRY_FILE", "TIERS_FILE"] as const;
  const secretFiles = ["AMQP_URL_FILE", "MONGODB_URL_FILE", "CREDENTIALS_KEY_FILE"] as const;
  const files = readSettings(env, [...ownFiles, ...secretFiles]);
  const asked: readonly SettingName[] = names;
  const AMQP_URL_FILE = asked.includes("AMQP_URL_FILE") ? files.AMQP_URL_FILE : undefined;
  const [settings, registry, tiers, broker, address, keys] = await Promise.allSettled([
    Promise.resolve().then(() => readSettings(env, names)),
    readRegistry(files.REGISTRY_FILE, env["DEPLOYMENT"] || undefined),
    readTiers(files.TIERS_FILE),
    AMQP_URL_FILE === undefined ? null : brokerUrl({ AMQP_URL: undefined, AMQP_URL_FILE }),
    checkDatabase(env, files.MONGODB_URL_FILE),
    Promise.resolve().then(() => readKeyFile(files.CREDENTIALS_KEY_FILE)),
  ]);
  if (
    settings.status === "fulfilled" &&
    registry.status === "fulfilled" &&
    tiers.status === "fulfilled" &&
    broker.status === "fulfilled" &&
    address.status === "fulfilled" &&
    keys.status === "fulfilled"
  ) {
    return { settings: settings.value, registry: registry.value };
  }
  const problems = [settings, registry, tiers, broker, address, keys].flatMap((part) => {
    if (part.status === "fulfilled") return [];
    if (part.reason instanceof Misuse) return part.reason.problems;
    throw part.reason;
  });
  // An invalid address is reported twice: as a setting, and by the check of the address.
  throw new Misuse([...new Set(problems)]);
}

/** Checks the database's address as far as that is possible without contacting a server. */
async function checkDatabase(env: NodeJS.ProcessEnv, file: string | undefined): Promise<void> {
  const { MONGODB_URL } =
    file === undefined ? readSettings(env, ["MONGODB_URL"]) : { MONGODB_URL: undefined };
  const address = await databaseUrl({ MONGODB_URL, MONGODB_URL_FILE: file });
  if (address !== null) await checkDatabaseAddress(address);
}
