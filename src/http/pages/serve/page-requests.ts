import type { FastifyRequest } from "fastify";
import { type ClientAddress, clientAddress, type IsTrusted } from "../../server/client-address.ts";

/** The most bytes of a URL's query. The links in our pages are much shorter. */
export const MAX_QUERY_BYTES = 2048;

/** The parts of a request that show which page it comes from. */
export interface RequestSource {
  /** `Sec-Fetch-Site`; undefined if the client is not a browser, or is an old browser. */
  readonly fetchSite: string | undefined;
  readonly origin: string | undefined;
  readonly contentType: string | undefined;
  /** The host that the client used, with its port if it named one. */
  readonly host: string | null;
}

/** Returns the server address that a reader used, and the reader's own address. */
export function clientOf({ url, raw, socket }: FastifyRequest, isTrusted: IsTrusted): ClientAddress {
  const { rawHeaders } = raw;
  return clientAddress({ remoteAddress: socket.remoteAddress, target: url, rawHeaders }, isTrusted);
}

export function sourceOf({ headers }: FastifyRequest, host: string | null): RequestSource {
  const fetchSite = headers["sec-fetch-site"];
  return {
    fetchSite: typeof fetchSite === "string" ? fetchSite : undefined,
    origin: headers.origin,
    contentType: headers["content-type"],
    host,
  };
}

/** Returns whether a page of another site requests data. It could not read the answer, but it has no reason to request it either. */
export function isForeignQuestion({ fetchSite }: Pick<RequestSource, "fetchSite">): boolean {
  return fetchSite === "cross-site";
}

/** The types of a body that the pages post: JSON, and a plain form. */
const bodyTypes = /^(application\/json|application\/x-www-form-urlencoded)\s*(;|$)/i;

/** Why a POST is refused: our pages do not send its content type, or it comes from another site. */
export type PostProblem = "type" | "foreign";

/** Returns why a POST to a page must be refused, or null if it may be answered. */
export function postProblem({ fetchSite, origin, contentType, host }: RequestSource): PostProblem | null {
  if (!bodyTypes.test(contentType ?? "")) return "type";
  if (fetchSite !== undefined && fetchSite !== "same-origin") return "foreign";
  // Our pages send no referrer, so browsers post their forms with the origin `null`. Another site can do so too, but is not `same-origin`.
  const isHidden = origin === "null" && fetchSite === "same-origin";
  if (origin !== undefined && !isHidden && hostOf(origin) !== host?.toLowerCase()) return "foreign";
  return null;
}

/** Returns the host and port of an origin, or null for `null`, the origin of sandboxed pages. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
