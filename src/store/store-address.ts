import { mongodbUrl } from "../config/settings.ts";
import { Misuse, Unavailable } from "../domain/faults.ts";
import { blankAddress } from "../domain/text/blank-url.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./ports/store.ts";
import type { StoreLimits } from "./rules/store-limits.ts";
import { isStoreIn } from "./sqlite/store-file.ts";

/** Where a store is that an option of a command line names. */
export type StoreAddress = {
  /** The option, e.g. `--to`, for error messages. */
  readonly flag: string;
} & (
  | { readonly kind: "sqlite"; readonly folder: string }
  | { readonly kind: "mongodb"; readonly url: string }
);

export interface AddressedOptions {
  /** What to do if the embedded store does not exist yet: create it, or refuse because the command only reads it. */
  readonly absent: "make" | "refuse";
  readonly rejectionTtlDays: number;
  readonly limits?: StoreLimits;
}

/**
 * Reads the address of a store: `sqlite:DIR`, or a database address as in MONGODB_URL. Nothing is opened.
 *
 * @throws Misuse that names the option. It never shows a password.
 */
export function parseStoreAddress(flag: string, text: string): StoreAddress {
  const [, folder] = /^sqlite:(.+)$/s.exec(text) ?? [];
  if (folder !== undefined) return { flag, kind: "sqlite", folder };
  const parsed = mongodbUrl.safeParse(text.trim());
  if (parsed.success) return { flag, kind: "mongodb", url: parsed.data };
  if (/^mongodb/i.test(text)) throw new Misuse([`${flag} ${parsed.error.issues[0]?.message ?? ""}`]);
  throw new Misuse([
    `${flag} must be sqlite:DIR, with the folder of an embedded store, or mongodb://...; it is ${JSON.stringify(blankAddress(text))}`,
  ]);
}

/** Returns the address for people, without secrets. */
export function shownAddress(address: StoreAddress): string {
  return address.kind === "sqlite" ? `sqlite:${address.folder}` : blankAddress(address.url);
}

/**
 * Opens the store at an address. The caller closes it.
 *
 * @throws Misuse that names the option, if the store cannot be used, does not answer, or does not exist.
 */
export async function openAddressed(address: StoreAddress, options: AddressedOptions): Promise<Store> {
  const { absent, ...rest } = options;
  const place = `${address.flag} ${shownAddress(address)}`;
  const where =
    address.kind === "sqlite"
      ? { mongodbUrl: null, dataDir: address.folder }
      : // The folder is only used by the embedded store.
        { mongodbUrl: address.url, dataDir: "" };
  try {
    if (address.kind === "sqlite" && absent === "refuse" && !isStoreIn(address.folder))
      throw new Misuse(["there is no store"]);
    return await openStore({ ...where, ...rest });
  } catch (error) {
    if (error instanceof Misuse)
      throw new Misuse(error.problems.map((each) => `${place}: ${withoutSetting(each)}`));
    if (error instanceof Unavailable) throw new Misuse([`${place}: ${error.message}`]);
    throw error;
  }
}

/** Returns a problem without the setting that would name the store of a worker. */
function withoutSetting(problem: string): string {
  return problem.replace(/^MONGODB_URL: /, "").replace(/; (?:name another folder by|see) DATA_DIR$/, "");
}
