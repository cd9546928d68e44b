import type { BodyProperties } from "./delivery.ts";

/** One encoding that must be undone before a body can be read. */
export interface DeclaredEncoding {
  readonly property: "compression" | "content_encoding";
  /** The name as the message spells it. */
  readonly declared: string;
  /** The normalised name: `gzip` for `application/x-gzip`, `latin-1` for `Latin_1`. */
  readonly name: string;
}

/** Encodings that need no decoding. ASCII is a subset of UTF-8. */
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
 * Returns the encodings of a body, in the order in which they must be undone. The compression comes first, because kombu
 * encodes the text before it compresses it. The list is empty for a body in plain UTF-8.
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
 * Returns the part of a message's key that distinguishes messages with the same bytes but different encodings. It is empty for
 * nearly every message, so ids that were made only from the bytes stay valid.
 */
export function encodingKey(properties: BodyProperties | undefined): readonly string[] {
  return declaredEncodings(properties).flatMap(({ property, name }) => [property, name]);
}

/** Normalises the name of an encoding. Python ignores case and treats underscores as hyphens, and kombu writes media types. */
function nameOf(declared: string): string {
  const name = declared.trim().toLowerCase().replaceAll("_", "-");
  return name.replace(/^application\/(?:x-)?|^x-/, "");
}
