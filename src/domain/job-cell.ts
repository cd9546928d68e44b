/** A job in the grid. It is a list to save space, because a page holds thousands. Times are seconds since the Unix epoch; 0 if unknown. */
export type JobCell = readonly [
  guid: string,
  state: string,
  result: string | null,
  /** 1 is "not classified". */
  classification: number,
  tier: number,
  /** `?` for a job without a group. */
  groupSymbol: string,
  groupName: string,
  symbol: string,
  name: string,
  /** The name of the platform that the job ran on. */
  platform: string,
  /** Sorted by code point. */
  options: readonly string[],
  submit: number,
  start: number,
  end: number,
  /** Increases with every change of the job. */
  version: number,
];

/** The index of each member in a {@link JobCell}: `cell[CELL.tier]`. */
export const CELL = {
  guid: 0,
  state: 1,
  result: 2,
  classification: 3,
  tier: 4,
  groupSymbol: 5,
  groupName: 6,
  symbol: 7,
  name: 8,
  platform: 9,
  options: 10,
  submit: 11,
  start: 12,
  end: 13,
  version: 14,
} as const;
