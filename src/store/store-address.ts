import { mongodbUrl } from "../config/settings.ts";
import { Misuse, Unavailable } from "../domain/faults.ts";
import { blankAddress } from "../domain/text/blank-url.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./ports/store.ts";
import type { StoreLimits } from "./rules/store-limits.ts";
import { isStoreIn } from "./sqlite/store-file.ts";

/** The location of a store, as given by a command-line option. */
export type StoreAddress = {
  /** The option, e.g. `--to`, for error messages. */
  readonly flag: string;
} & (
  | { readonly kind: "sqlite"; readonly folder: string }
  | { readonly kind: "mongodb"; readonly url: string }
);

export interface AddressedOptions {
  /** `make` creates an embedded store that does not exist yet; `refuse` throws, for commands that only read. */
  readonly absent: "make" | "refuse";
  readonly rejectionTtlDays: number;
  readonly limits?: StoreLimits;
}

/**
 * Parses the address of a store: `sqlite:DIR`, or a database address as in MONGODB_URL. Opens nothing.
 *
 * @throws Misuse that names the option. The message never contains a password.
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

/** Returns the address in a form that is safe to print: without secrets. */
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

/** Removes the name of a worker's setting from a problem, because here an option names the store. */
function withoutSetting(problem: string): string {
  return problem
    .replace(/^MONGODB_URL: /, "")
    .replace(/; (?:set DATA_DIR to another folder|see DATA_DIR)$/, "");
}
