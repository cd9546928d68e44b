import { timingSafeEqual } from "node:crypto";

/** Returns whether two texts are equal. The time it takes depends only on their lengths, so it reveals nothing else about a secret. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
