const VERSION = "1.0";

export const WRONG_VERSION = 'Invalid version in "Accept" header.';

/**
 * Returns whether an `Accept` header allows version 1.0 of the API, which is the only one. A media type without a version
 * allows it too. See spec/rest-submission.md 1.3.
 */
export function acceptsVersion(accept: string | undefined): boolean {
  const types = (accept ?? "").split(",").filter((type) => type.trim() !== "");
  if (types.length === 0) return true;
  return types.some((type) => {
    const [, version] = /;\s*version\s*=\s*"?([^";\s]*)"?\s*(?:;|$)/i.exec(type) ?? [];
    return version === undefined || version === VERSION;
  });
}
