import type { IncomingHttpHeaders } from "node:http";
import type { BodyProperties } from "../../domain/delivery.ts";
import { firstCharacters } from "../../domain/text/characters.ts";

/** How many characters of a header are kept. */
const MAX_PROPERTY = 100;

/** Returns the type and the encoding that a request declares for its body. The archive keeps them. */
export function bodyProperties(headers: IncomingHttpHeaders): BodyProperties {
  const { "content-type": type, "content-encoding": encoding } = headers;
  return {
    ...(type !== undefined && { content_type: firstCharacters(type, MAX_PROPERTY) }),
    ...(encoding !== undefined && { content_encoding: firstCharacters(encoding, MAX_PROPERTY) }),
  };
}
