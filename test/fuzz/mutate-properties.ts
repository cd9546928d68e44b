import { knownHeaders, strangeHeaders } from "../doubles/poison-headers.ts";
import { nestedHeader, propertyList, textHeader } from "../doubles/raw-message.ts";
import { withBytesChanged } from "./mutate-bytes.ts";
import type { Random } from "./random.ts";

const FLAG_BYTES = 2;

/**
 * Returns a property list of content type, headers and delivery mode, possibly changed. The flags are not changed,
 * because others, such as an expiration, would let the broker drop the message.
 */
export function mutantProperties(random: Random): Buffer {
  const headers = Array.from({ length: random.below(5) }, () => someHeader(random));
  const list = propertyList(headers);
  if (!random.oneIn(3)) return list;
  const rest = withBytesChanged(random, list.subarray(FLAG_BYTES));
  return Buffer.concat([list.subarray(0, FLAG_BYTES), rest]);
}

function someHeader(random: Random): Buffer {
  if (random.oneIn(8)) return nestedHeader("deep", 1 + random.below(500), random.pick(["F", "A"] as const));
  if (random.oneIn(6)) return withBytesChanged(random, random.pick(knownHeaders).header);
  if (random.oneIn(6)) return random.pick(strangeHeaders).header;
  if (random.oneIn(6)) return textHeader("compression", "x".repeat(random.below(1000)));
  return random.pick(knownHeaders).header;
}
