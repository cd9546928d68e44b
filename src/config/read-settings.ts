import { readFile } from "node:fs/promises";
import * as z from "zod";
import { whyUnreadable } from "../domain/error-code.ts";
import { Misuse } from "../domain/faults.ts";
import { blankAddress, blankSecrets } from "../domain/text/blank-url.ts";
import {
  amqpUrl,
  declared,
  mongodbUrl,
  type SettingName,
  type Settings,
  settingNames,
  settingsSchema,
} from "./settings.ts";
import { utf8Text } from "./utf8-text.ts";

/** A setting in the form in which it is documented. */
export interface SettingInfo {
  readonly name: SettingName;
  readonly description: string;
  readonly unit: string | null;
  readonly secret: boolean;
  /** The default as text; null if there is none. */
  readonly defaultText: string | null;
}

/** Describes all settings, in the order of declaration. */
export function describeSettings(): SettingInfo[] {
  return settingNames.map((name) => {
    const { description = "", unit, secret } = declared[name].meta() ?? {};
    const { success, data } = z.safeParse(declared[name], undefined);
    // An empty list has an empty text, which counts as no default.
    const defaultText = success && data !== undefined && String(data) !== "" ? String(data) : null;
    return {
      name,
      description,
      unit: typeof unit === "string" ? unit : null,
      secret: secret === true,
      defaultText,
    };
  });
}

/**
 * Reads the settings that a command needs from the environment. Other settings are neither read nor checked.
 *
 * @param env - e.g. `process.env`. An empty value counts as unset, because compose files pass unset variables as empty.
 * @throws Misuse with all problems together. Each names the setting, its value and what would be valid.
 */
export function readSettings<K extends SettingName>(
  env: NodeJS.ProcessEnv,
  names: readonly K[],
): Pick<Settings, K> {
  const given = Object.fromEntries(names.map((name) => [name, env[name] === "" ? undefined : env[name]]));
  const mask = Object.fromEntries(names.map((name) => [name, true])) as Record<K, true>;
  const parsed = settingsSchema.pick(mask as Record<SettingName, true>).safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]) as SettingName;
    const found =
      declared[name].meta()?.["secret"] === true
        ? "(a secret)"
        : blankSecrets(JSON.stringify(given[name]) ?? "unset");
    const isShown = issue.code === "custom" && issue.params?.["showsValue"] === true;
    const shown = isShown ? "" : `; it is ${found}`;
    return `${name}: ${issue.message}${shown} (see config/settings.md)`;
  });
  const all = [...problems, ...contradictions(sound(given, names)), ...missing(given)];
  // Duplicates are removed, because a number can break two rules that have the same message.
  if (all.length > 0 || !parsed.success) throw new Misuse([...new Set(all)]);
  return parsed.data as Pick<Settings, K>;
}

/** Returns the settings that are valid by themselves, even if others are invalid. */
function sound(
  given: Readonly<Partial<Record<SettingName, string | undefined>>>,
  names: readonly SettingName[],
): Partial<Settings> {
  const read = names.map((name) => [name, z.safeParse(declared[name], given[name]).data]);
  return Object.fromEntries(read) as Partial<Settings>;
}

/** Returns the problems of settings that are valid by themselves but contradict each other. */
function contradictions(settings: Partial<Settings>): string[] {
  const { BATCH_SIZE, PREFETCH, LOG_LEASE_MS, LOG_TIMEOUT_MS, REST_MAX_BYTES, REST_BODIES_BYTES } = settings;
  const problems: string[] = [];
  if (BATCH_SIZE !== undefined && PREFETCH !== undefined && BATCH_SIZE > PREFETCH) {
    problems.push(
      `BATCH_SIZE: ${BATCH_SIZE} must not exceed PREFETCH (${PREFETCH}): the broker would stop sending before a batch could fill`,
    );
  }
  if (LOG_LEASE_MS !== undefined && LOG_TIMEOUT_MS !== undefined && LOG_LEASE_MS <= LOG_TIMEOUT_MS) {
    problems.push(
      `LOG_LEASE_MS: ${LOG_LEASE_MS} must exceed LOG_TIMEOUT_MS (${LOG_TIMEOUT_MS}): otherwise another worker would take over a slow log while it is being read`,
    );
  }
  if (REST_MAX_BYTES !== undefined && REST_BODIES_BYTES !== undefined && REST_MAX_BYTES > REST_BODIES_BYTES) {
    problems.push(
      `REST_MAX_BYTES: ${REST_MAX_BYTES} must not exceed REST_BODIES_BYTES (${REST_BODIES_BYTES}): there would never be room for the longest collection`,
    );
  }
  const { HTTP_HOST, HTTP_PORT, PUBLIC_HOST, PUBLIC_PORT } = settings;
  // If both ports are 0, each listener gets a free port of its own.
  const isShared = typeof PUBLIC_PORT === "number" && PUBLIC_PORT > 0 && PUBLIC_PORT === HTTP_PORT;
  if (isShared && PUBLIC_HOST === HTTP_HOST) {
    problems.push(
      `PUBLIC_PORT: ${PUBLIC_PORT} must differ from HTTP_PORT: two servers cannot listen on one port`,
    );
  }
  return problems;
}

function missing(given: Readonly<Partial<Record<SettingName, string | undefined>>>): string[] {
  const isAsked = "AMQP_URL" in given && "AMQP_URL_FILE" in given;
  if (!isAsked || given.AMQP_URL !== undefined || given.AMQP_URL_FILE !== undefined) return [];
  return ["AMQP_URL: must be set (or AMQP_URL_FILE), e.g. AMQP_URL=amqp://guest:guest@localhost:5672"];
}

/** Returns the present broker address: from the file if AMQP_URL_FILE is set, otherwise from AMQP_URL. */
export async function brokerUrl(settings: Pick<Settings, "AMQP_URL" | "AMQP_URL_FILE">): Promise<string> {
  return readUrl(amqpUrl, "AMQP_URL", settings.AMQP_URL_FILE, settings.AMQP_URL);
}

/** Returns the present database address; null for the embedded store. */
export async function databaseUrl(
  settings: Pick<Settings, "MONGODB_URL" | "MONGODB_URL_FILE">,
): Promise<string | null> {
  if (settings.MONGODB_URL_FILE === undefined && settings.MONGODB_URL === undefined) return null;
  return readUrl(mongodbUrl, "MONGODB_URL", settings.MONGODB_URL_FILE, settings.MONGODB_URL);
}

async function readUrl(
  type: z.ZodType<string>,
  name: string,
  file: string | undefined,
  plain: string | undefined,
): Promise<string> {
  if (file === undefined) return type.parse(plain);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Misuse([`${name}_FILE: ${file} ${whyUnreadable(error)}`]);
  });
  const parsed = type.safeParse(utf8Text(`${name}_FILE: ${file}`, bytes).trim());
  if (!parsed.success)
    throw new Misuse([`${name}_FILE: the content of ${file} ${parsed.error.issues[0]?.message ?? ""}`]);
  return parsed.data;
}

/** Secret settings whose value is secret only in part. */
const addresses: readonly SettingName[] = ["AMQP_URL", "MONGODB_URL"];

/** Returns the value of a secret setting in a form that may be shown. */
function blanked(name: SettingName, value: string): string {
  return addresses.includes(name) ? blankAddress(value) : "***";
}

/** Returns name, value and source of each setting, for `check`. Secrets are blanked. */
export function showSettings(env: NodeJS.ProcessEnv, settings: Partial<Settings>): string[][] {
  return describeSettings()
    .filter(({ name }) => name in settings)
    .map(({ name, secret }) => {
      const value = settings[name];
      const shown =
        value === undefined ? "(unset)" : secret ? blanked(name, String(value)) : blankSecrets(String(value));
      return [name, shown, env[name] ? "environment" : "default"];
    });
}
