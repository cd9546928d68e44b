import type { BodyProperties } from "./delivery.ts";

/** One encoding that must be undone before a body can be read. */
export interface DeclaredEncoding {
  readonly property: "compression" | "content_encoding";
  /** As the message spells it. */
  readonly declared: string;
  /** In the spelling of our tables: `gzip` for `application/x-gzip`, `latin-1` for `Latin_1`. */
  readonly name: string;
}

/** These leave the bytes as they are. ASCII is a part of UTF-8. */
const plain = new Set(
  ["", "identity", "binary", "ascii-8bit", "7bit", "8bit"].concat([
    "utf-8",
    "utf8",
    "u8",
    "us-ascii",
    "ascii",
  ]),
);

/**
 * Returns the encodings of a body in the order in which they are undone: kombu compresses what has been encoded already.
 * None where the body is UTF-8 as it stands.
 */
export function declaredEncodings(properties: BodyProperties | undefined): readonly DeclaredEncoding[] {
  if (properties === undefined) return [];
  return (["compression", "content_encoding"] as const).flatMap((property) => {
    const declared = properties[property];
    if (declared === undefined) return [];
    const name = nameOf(declared);
    return plain.has(name) ? [] : [{ property, declared, name }];
  });
}

/**
 * Returns what tells messages with the same bytes apart: the encodings that are to be undone. Empty for nearly every
 * message, so that what is known by its bytes alone stays known.
 */
export function encodingKey(properties: BodyProperties | undefined): readonly string[] {
  return declaredEncodings(properties).flatMap(({ property, name }) => [property, name]);
}

/** Python takes any case, and an underscore for a hyphen; kombu writes media types. */
function nameOf(declared: string): string {
  const name = declared.trim().toLowerCase().replaceAll("_", "-");
  return name.replace(/^application\/(?:x-)?|^x-/, "");
}
