/** Tiers that override the publisher's: project -> signature -> tier. */
export type TierOverrides = ReadonlyMap<string, ReadonlyMap<string, 2 | 3>>;
