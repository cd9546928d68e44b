import { hash } from "node:crypto";
import type { StoredPlatform } from "./submission.ts";

function sha1(text: string): string {
  return hash("sha1", text, "hex");
}

/** Compares texts by code point, the order that the hash requires. JavaScript itself compares UTF-16 units. */
export function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Returns the rank of a UTF-16 unit. Surrogates rank above all other units, because they represent higher code points. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Returns the SHA-1, in lower-case hex, of the sorted option names joined without a separator. */
export function optionCollectionHash(sortedOptions: readonly string[]): string {
  return sha1(sortedOptions.join(""));
}

/** The properties that all jobs with the same signature have in common. */
export interface SignatureParts {
  readonly project: string;
  readonly build_system_type: string;
  readonly build_platform: StoredPlatform;
  readonly machine_platform: StoredPlatform;
  readonly group_name: string;
  readonly group_symbol: string;
  readonly name: string;
  readonly job_symbol: string;
  readonly option_collection_hash: string;
}

/** Returns the SHA-1, in lower-case hex, of the parts in a fixed order. `None` replaces a missing reference data name at the end. */
export function jobSignature(parts: SignatureParts, referenceDataName: string | null): string {
  const { build_platform: built, machine_platform: ran } = parts;
  return sha1(
    parts.build_system_type +
      parts.project +
      (built.os_name + built.platform + built.architecture) +
      (ran.os_name + ran.platform + ran.architecture) +
      (parts.group_name + parts.group_symbol + parts.name + parts.job_symbol) +
      parts.option_collection_hash +
      (referenceDataName ?? "None"),
  );
}
