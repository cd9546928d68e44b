import { type StoredRoute, storedSenderOf } from "../../domain/origin.ts";
import type { RejectionHead, StoredRejection } from "../../domain/rejection.ts";
import type { RejectionDocument } from "./mongodb-collections.ts";

/** The document of a rejection without the content of the payload. */
export type HeadDocument = Omit<RejectionDocument, "payload"> & Pick<RejectionHead, "payload">;

/** Converts a document to a rejection. */
export function toRejection(document: RejectionDocument): StoredRejection {
  return { ...toHead(document), payload: document.payload };
}

/** Converts a document to a rejection without the content of the payload. */
export function toHead(document: HeadDocument): RejectionHead {
  const { _id: id, origin, exchange, routing_key, client_id, endpoint, expires_at, ...rest } = document;
  // Versions that supported only Pulse did not store an origin.
  const route: StoredRoute =
    origin === "rest"
      ? { origin, client_id: client_id ?? "", endpoint: endpoint ?? "" }
      : { origin: "pulse", exchange, routing_key: routing_key ?? "" };
  return { id, ...rest, ...route, expires_at: expires_at.toISOString() };
}

/** Returns the fields of a route. `exchange` contains the sender for every origin, so that one index is enough for counts. */
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
