import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Options of a harness that stands behind `npm run`. `--help` is answered, and what it does not know is said with the help:
 * the process ends here then, with exit code 0 or 2.
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
