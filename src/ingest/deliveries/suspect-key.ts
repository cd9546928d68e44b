import { createHash } from "node:crypto";
import { encodingKey } from "../../domain/declared-encoding.ts";
import type { Delivery } from "../../domain/delivery.ts";

/**
 * Returns a delivery's key in the ledger of suspects, in hex: a hash of the exchange, the routing key, the body and the body's
 * declared encoding. All redeliveries of a message have the same key.
 */
export function suspectKey({ exchange, routingKey, body, oversize, properties }: Delivery): string {
  const hash = createHash("sha256");
  for (const part of [exchange, routingKey, ...encodingKey(properties)]) {
    hash.update(`${part.length}:${part}`);
  }
  return hash.update(oversize?.sha256 ?? body).digest("hex");
}
