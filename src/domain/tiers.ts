/** The tiers that override those of publishers: project -> signature -> tier. */
export type TierOverrides = ReadonlyMap<string, ReadonlyMap<string, 2 | 3>>;
