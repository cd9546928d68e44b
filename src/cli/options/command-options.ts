/** Options as commander parses them: `true` for a flag that was given, text for one with a value. */
export type CommandOptions = Readonly<Record<string, string | boolean | undefined>>;
