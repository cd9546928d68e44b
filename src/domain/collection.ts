/** The collections that clients post over REST, by the last part of their endpoints. */
export const collectionKinds = ["jobs", "resultset", "artifact"] as const;

export type CollectionKind = (typeof collectionKinds)[number];

/** The kind of items that are posted to an endpoint, and their project. */
export interface Collection {
  readonly kind: CollectionKind;
  readonly project: string;
}

const endpointOf = new RegExp(`^/api/project/([A-Za-z0-9_-]{0,50})/(${collectionKinds.join("|")})/$`);

/**
 * Returns the collection that is posted to an endpoint, or null if the endpoint accepts none.
 *
 * @param endpoint - a path in the form that an origin contains, such as `/api/project/try/jobs/`.
 */
export function collectionAt(endpoint: string): Collection | null {
  const [, project, name] = endpointOf.exec(endpoint) ?? [];
  const kind = collectionKinds.find((each) => each === name);
  return project === undefined || kind === undefined ? null : { kind, project };
}
