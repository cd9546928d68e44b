/**
 * Options as commander parses them: `true` for a flag that was given, text for one with a value, a list for one that may be
 * given several times.
 */
export type CommandOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
