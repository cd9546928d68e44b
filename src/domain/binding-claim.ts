/** A worker's record that a binding is in its registry. */
export interface BindingClaim {
  /** The worker's name. A worker has a new one after each start. */
  readonly by: string;
  /** When the worker last confirmed the binding, in ISO 8601. */
  readonly at: string;
}

/** How long a worker's claim to a binding is valid. Workers renew each claim within five minutes, so an older claim is a dead worker's. */
const CLAIM_MS = 10 * 60_000;
/**
 * How many claims to one binding are kept. There are more only if workers crash and start again all the time. If that displaces the
 * claim of a running worker, the worker makes it again at its next check.
 */
export const MAX_CLAIMS = 32;

/** Returns the time up to which claims are stale, in ISO 8601: claims that were last confirmed then or earlier are dead workers'. */
export function staleUntil(nowMs: number): string {
  return new Date(nowMs - CLAIM_MS).toISOString();
}

/** Returns the claims to a binding after one was made or renewed, without stale ones. Pure. */
export function addClaim(claims: readonly BindingClaim[], added: BindingClaim): readonly BindingClaim[] {
  const stale = staleUntil(Date.parse(added.at));
  const others = claims.filter(({ by, at }) => by !== added.by && at > stale);
  return [...others, added].slice(-MAX_CLAIMS);
}
