/** Jobs whose tier is forced: project -> signature -> tier. */
export type TierOverrides = ReadonlyMap<string, ReadonlyMap<string, 2 | 3>>;
