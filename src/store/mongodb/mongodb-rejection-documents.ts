import { type StoredRoute, storedSenderOf } from "../../domain/origin.ts";
import type { RejectionHead, StoredRejection } from "../../domain/rejection.ts";
import type { RejectionDocument } from "./mongodb-collections.ts";

/** A rejection's document without what was sent. */
export type HeadDocument = Omit<RejectionDocument, "payload"> & Pick<RejectionHead, "payload">;

/** Returns the rejection of a document. */
export function toRejection(document: RejectionDocument): StoredRejection {
  return { ...toHead(document), payload: document.payload };
}

/** Returns the rejection of a document, without what was sent. */
export function toHead(document: HeadDocument): RejectionHead {
  const { _id: id, origin, exchange, routing_key, client_id, endpoint, expires_at, ...rest } = document;
  // Versions that only knew Pulse wrote no origin.
  const route: StoredRoute =
    origin === "rest"
      ? { origin, client_id: client_id ?? "", endpoint: endpoint ?? "" }
      : { origin: "pulse", exchange, routing_key: routing_key ?? "" };
  return { id, ...rest, ...route, expires_at: expires_at.toISOString() };
}

/** Returns the fields of a route. `exchange` holds the sender, whatever the origin, so that counts need only one index. */
export function routeOf(route: StoredRoute) {
  return route.origin === "rest"
    ? {
        origin: route.origin,
        exchange: storedSenderOf(route),
        client_id: route.client_id,
        endpoint: route.endpoint,
      }
    : { origin: route.origin, exchange: route.exchange, routing_key: route.routing_key };
}
