/** The attributes of a Hawk header, as sent. */
export interface HawkAttributes {
  readonly id: string;
  /** Seconds since the Unix epoch: digits. */
  readonly ts: string;
  readonly nonce: string;
  /** Base64. */
  readonly mac: string;
  /** Base64 of the payload's hash; null if the payload is not signed. */
  readonly hash: string | null;
  readonly ext: string | null;
  readonly app: string | null;
  readonly dlg: string | null;
}

/** `other` if there is no header, or if it uses another scheme. */
export type ReadAuthorization =
  | { readonly kind: "other" }
  | { readonly kind: "malformed" }
  | { readonly kind: "hawk"; readonly attributes: HawkAttributes };

/** In characters. A longer header is malformed. Hawk's reference implementation has the same limit. */
const MAX_LENGTH = 4096;

/**
 * One attribute, with the comma after it. Values consist of the printable ASCII characters except the quotation mark and the
 * backslash, and are not empty. A value may contain commas.
 */
const attribute = /(\w+)="([ !#-[\]-~]+)"\s*(?:,\s*|$)/y;

const malformed = { kind: "malformed" } as const;
const known = new Set(["id", "ts", "nonce", "mac", "hash", "ext", "app", "dlg"]);

/**
 * Reads the value of an `Authorization` header. Attributes may be in any order, and the scheme in upper or lower case. The
 * header is malformed if it contains an unknown attribute, a repeated attribute or an illegal character, or if `id`, `ts`,
 * `nonce` or `mac` is missing.
 *
 * @see spec/rest-submission.md, sections 3.1 and 3.8
 */
export function readAuthorization(header: string | undefined): ReadAuthorization {
  const [, scheme = "", list = ""] = /^\s*(\S+)(?:\s+(.*))?$/s.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() !== "hawk") return { kind: "other" };
  const found = list.length > MAX_LENGTH ? null : readAttributes(list);
  if (found === null) return malformed;
  const [id, ts, nonce, mac] = ["id", "ts", "nonce", "mac"].map((name) => found.get(name));
  if (id === undefined || ts === undefined || nonce === undefined || mac === undefined) return malformed;
  if (!/^\d+$/.test(ts)) return malformed;
  const optional = (name: string): string | null => found.get(name) ?? null;
  const rest = { hash: optional("hash"), ext: optional("ext"), app: optional("app"), dlg: optional("dlg") };
  return { kind: "hawk", attributes: { id, ts, nonce, mac, ...rest } };
}

/** Returns the attributes by name, or null if the list is malformed. */
function readAttributes(list: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  for (let at = 0; at < list.length; at = attribute.lastIndex) {
    attribute.lastIndex = at;
    const [, name = "", value = ""] = attribute.exec(list) ?? [];
    if (!known.has(name) || found.has(name)) return null;
    found.set(name, value);
  }
  return found;
}
