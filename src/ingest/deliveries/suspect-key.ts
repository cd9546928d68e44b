import { createHash } from "node:crypto";
import { encodingKey } from "../../domain/declared-encoding.ts";
import type { Delivery } from "../../domain/delivery.ts";

/**
 * Returns a delivery's key in the ledger of suspects, in hex: a hash of exchange, routing key, body and how the body is
 * encoded. It is the same for each redelivery of a message.
 */
export function suspectKey({ exchange, routingKey, body, oversize, properties }: Delivery): string {
  const hash = createHash("sha256");
  for (const part of [exchange, routingKey, ...encodingKey(properties)]) {
    hash.update(`${part.length}:${part}`);
  }
  return hash.update(oversize?.sha256 ?? body).digest("hex");
}
