/** The place where a value begins in a text. Both numbers start at 1. Columns are counted in UTF-16 units, as in editors. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}
