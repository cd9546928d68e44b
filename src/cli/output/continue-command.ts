import type { CommandOptions } from "../options/command-options.ts";

/** The options that are repeated unchanged. `--since` and `--until` get new values. */
const kept = ["exchange", "client", "project", "task"] as const;

/**
 * Returns the command that continues an interrupted replay.
 *
 * @param options - the options of the interrupted replay.
 * @param into - the address of the target, without a password; null if there is none.
 */
export function continueCommand(
  options: CommandOptions,
  { since, until, into }: { readonly since: string; readonly until: string; readonly into: string | null },
): string {
  const words = [
    ...["pulse-ingest", "replay", "--since", since, "--until", until],
    ...kept.flatMap((name) => {
      const value = options[name];
      return typeof value === "string" ? [`--${name}`, value] : [];
    }),
    ...(options["dryRun"] === true ? ["--dry-run"] : []),
    ...(into === null ? [] : ["--into", into]),
    ...(options["json"] === true ? ["--json"] : []),
  ];
  return words.map(inShell).join(" ");
}

function inShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
