/** The collections that clients post over REST, by the last part of their endpoints. */
export const collectionKinds = ["jobs", "resultset", "artifact"] as const;

export type CollectionKind = (typeof collectionKinds)[number];

/** What is posted at an endpoint: items of this kind, for this project. */
export interface Collection {
  readonly kind: CollectionKind;
  readonly project: string;
}

const endpointOf = new RegExp(`^/api/project/([A-Za-z0-9_-]{0,50})/(${collectionKinds.join("|")})/$`);

/**
 * Returns the collection of an endpoint; null if no collection is posted there.
 *
 * @param endpoint - the path as an origin has it, such as `/api/project/try/jobs/`.
 */
export function collectionAt(endpoint: string): Collection | null {
  const [, project, name] = endpointOf.exec(endpoint) ?? [];
  const kind = collectionKinds.find((each) => each === name);
  return project === undefined || kind === undefined ? null : { kind, project };
}
