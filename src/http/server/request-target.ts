/** The parts of a request's target. */
export interface RequestTarget {
  /** Host and port, if the target is a whole URL; null if it is a path. */
  readonly authority: string | null;
  /** The path with the query, as sent. */
  readonly path: string;
}

/**
 * Reads a request target: a path, or a whole URL, which every server must accept (RFC 9112, 3.2.2). Clients sign only the path. The
 * host of a URL takes precedence over the `Host` header.
 */
export function readTarget(target: string): RequestTarget {
  const [, authority, path = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  if (authority === undefined) return { authority: null, path: target };
  return { authority, path: path.startsWith("/") ? path : `/${path}` };
}
