import { Command, CommanderError } from "commander";
import { Misuse, Unavailable } from "../domain/faults.ts";
import type { CommandOptions } from "./options/command-options.ts";
import { exitCodes } from "./options/exit-codes.ts";
import { print, tell } from "./output/print.ts";

/** A row of the table of commands. */
export interface CommandRow {
  /** In commander's notation, e.g. `validate <file...>`. A command of a group has two words, e.g. `bugs import <file>`. */
  readonly usage: string;
  readonly summary: string;
  /** Flags, meaning, and the default if there is one. */
  readonly options?: readonly (readonly [flags: string, meaning: string, standard?: string])[];
  readonly examples: readonly string[];
  /** Text after the examples. */
  readonly more?: string;
  /** Returns the exit code. */
  readonly run: (args: readonly (string | string[])[], options: CommandOptions) => Promise<number>;
}

/**
 * Parses a command line and runs its command. A user's mistake is printed on standard error without a stack trace.
 *
 * @param argv - the arguments without the program's name.
 * @returns the exit code.
 */
export async function runProgram(
  rows: readonly CommandRow[],
  version: string,
  argv: readonly string[],
): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command("pulse-ingest")
    .description(
      "Reads job messages from RabbitMQ topic exchanges, checks them against the Pulse Job Schema, " +
        "and keeps them as result sets, jobs and artifacts in MongoDB or an embedded SQLite file.",
    )
    .version(version)
    .showHelpAfterError("(add --help for the options and examples)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void print(text),
      writeErr: (text) => tell(text.replace(/\n$/, "")),
    });
  for (const row of rows) {
    const { parent, usage } = placeOf(program, row.usage, rows);
    const command = parent
      .command(usage)
      .description(row.summary)
      .exitOverride()
      .addHelpText("after", `\nExamples:\n${row.examples.map((example) => `  $ ${example}`).join("\n")}`);
    if (row.more !== undefined) command.addHelpText("after", `\n${row.more}`);
    for (const [flags, meaning, standard] of row.options ?? []) command.option(flags, meaning, standard);
    command.action(async () => {
      exitCode = await row.run(command.processedArgs, command.opts<CommandOptions>());
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.misuse;
    if (error instanceof Unavailable) {
      tell(lineOf(error.message));
      return exitCodes.failed;
    }
    if (!(error instanceof Misuse)) throw error;
    for (const problem of error.problems) tell(lineOf(problem));
    return exitCodes.misuse;
  }
}

function lineOf(problem: string): string {
  return `error: ${problem}`;
}

/** Returns the parent of a command: its group, which the first command of the group creates, or the program itself. */
function placeOf(
  program: Command,
  usage: string,
  rows: readonly CommandRow[],
): { readonly parent: Command; readonly usage: string } {
  const [, group, rest] = /^([a-z-]+) ([a-z-]+\b.*)$/.exec(usage) ?? [];
  if (group === undefined || rest === undefined) return { parent: program, usage };
  const known = program.commands.find((command) => command.name() === group);
  const own = rows.flatMap((row) => (row.usage.startsWith(`${group} `) ? [row.usage.split(" ")[1]] : []));
  const parent = known ?? program.command(group).description(own.join(", ")).exitOverride();
  return { parent, usage: rest };
}
