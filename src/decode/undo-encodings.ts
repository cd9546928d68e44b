import { type DeclaredEncoding, declaredEncodings } from "../domain/declared-encoding.ts";
import type { BodyProperties } from "../domain/delivery.ts";
import { errorCode } from "../domain/error-code.ts";
import { ok, type Result, refuse } from "../domain/faults.ts";
import { charsets } from "./charsets.ts";
import { type Inflate, inflates } from "./inflates.ts";

/**
 * Undoes the encodings that the properties of a body declare, and returns the body as UTF-8. Pure. It can be synchronous, because
 * the result is at most `maxBytes` long (a character set can double that), and decompressing takes less time than parsing.
 *
 * @returns fault `unsupported-encoding` for an unknown encoding, `oversize-body` if the decompressed body is longer than
 *   `maxBytes`, and `malformed-body` if the bytes are not valid in the declared encoding.
 */
export function undoEncodings(
  body: Buffer,
  properties: BodyProperties | undefined,
  maxBytes: number,
): Result<Buffer> {
  let plain = body;
  for (const encoding of declaredEncodings(properties)) {
    const undone = undo(plain, encoding, maxBytes);
    if (!undone.ok) return undone;
    plain = undone.value;
  }
  return ok(plain);
}

function undo(body: Buffer, encoding: DeclaredEncoding, maxBytes: number): Result<Buffer> {
  const { property, declared, name } = encoding;
  const inflate = inflates.get(name);
  if (inflate !== undefined) return inflated(body, inflate, encoding, maxBytes);
  // The header `compression` cannot name a character set.
  const decode = property === "content_encoding" ? charsets.get(name) : undefined;
  if (decode === undefined) return refuse({ reason: "unsupported-encoding", property, value: declared });
  const text = decode(body);
  return text === null ? notAsDeclared(encoding, "its bytes are not valid in it") : ok(Buffer.from(text));
}

function inflated(
  body: Buffer,
  inflate: Inflate,
  encoding: DeclaredEncoding,
  maxBytes: number,
): Result<Buffer> {
  try {
    return ok(inflate(body, { maxOutputLength: maxBytes }));
  } catch (error) {
    if (isTooLarge(error)) {
      const { declared: compression } = encoding;
      return refuse({ reason: "oversize-body", bytes: body.length, limitBytes: maxBytes, compression });
    }
    return notAsDeclared(encoding, String(error));
  }
}

function isTooLarge(error: unknown): boolean {
  return errorCode(error) === "ERR_BUFFER_TOO_LARGE";
}

function notAsDeclared({ property, declared }: DeclaredEncoding, why: string): ReturnType<typeof refuse> {
  const detail = `the body cannot be decoded by its ${property} ${JSON.stringify(declared)}: ${why}`;
  return refuse({ reason: "malformed-body", detail });
}
