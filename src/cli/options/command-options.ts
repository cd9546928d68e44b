/**
 * Options as commander parses them: `true` for a flag, a text for an option with a value, a list for an option that may be given
 * several times.
 */
export type CommandOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
