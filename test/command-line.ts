import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Parses the options of a harness that `npm run` starts. `--help` prints the help; for an unknown option, an error is printed with the
 * help.
 * In both cases the process ends here, with exit code 0 or 2.
 */
export function commandLine<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  help: string,
  options: Options,
) {
  if (process.argv.includes("--help")) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
