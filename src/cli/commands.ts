import { readFileSync } from "node:fs";
import * as z from "zod";
import { Misuse } from "../domain/faults.ts";
import { check } from "./check.ts";
import { normalise, validate } from "./messages.ts";
import { type CommandRow, runProgram } from "./program.ts";
import { publish } from "./publish.ts";
import { start } from "./start.ts";

const { env } = process;

/** All commands; a new one is a row here and a function in this folder. */
export const commands: readonly CommandRow[] = [
  {
    usage: "start",
    summary: "run the worker until SIGTERM or Ctrl-C",
    examples: [
      "AMQP_URL=amqps://user:password@pulse.mozilla.org:5671 pulse-ingest start",
      "LOCAL=true AMQP_URL=amqp://guest:guest@localhost:5672 pulse-ingest start",
    ],
    more: "Settings come from the environment: see config/settings.md. A second signal exits at once.",
    run: () => start(env),
  },
  {
    usage: "check",
    summary: "check registry and settings, and show what would be bound",
    options: [["--connect", "ask the broker for the exchanges too"]],
    examples: ["pulse-ingest check", "pulse-ingest check --connect"],
    run: (_args, { connect }) => check(env, connect === true),
  },
  {
    usage: "validate <file...>",
    summary: "say for each message whether it is valid, and if not, why",
    options: [["--json", "one JSON object per message"]],
    examples: ["pulse-ingest validate job.json", "cat job.json | pulse-ingest validate - --json"],
    more: "A file holds one message or an array of them; - is standard input. Exit code 1 if any is invalid.",
    run: ([files], { json }) => validate(z.array(z.string()).parse(files), json === true),
  },
  {
    usage: "normalise <file>",
    summary: "print the submissions that a file's messages amount to, as JSON",
    examples: ["pulse-ingest normalise job.json", "cat jobs.json | pulse-ingest normalise -"],
    more: "Invalid and unscheduled messages are left out and told on standard error; exit code 1 if any is invalid.",
    run: ([file]) => normalise(z.string().parse(file)),
  },
  {
    usage: "publish <file>",
    summary: "publish a message, or each of an array, and wait for the broker's confirmation",
    options: [
      ["--exchange <name>", "topic exchange; made only under exchange/<own user>/"],
      ["--routing-key <key>", "<destination>.<project>"],
      ["--no-validate", "publish it even if it is invalid"],
    ],
    examples: ["pulse-ingest publish job.json --exchange exchange/guest/jobs --routing-key treeherder.try"],
    more: "Exit code 1 if a message is invalid, 3 if it is unroutable or not confirmed.",
    run: ([file], options) => {
      const exchange = required(options["exchange"], "--exchange");
      const routingKey = required(options["routingKey"], "--routing-key");
      return publish(env, z.string().parse(file), {
        exchange,
        routingKey,
        validates: options["validate"] !== false,
      });
    },
  },
];

function required(value: string | boolean | undefined, flag: string): string {
  if (typeof value !== "string" || value === "") throw new Misuse([`${flag} must be given`]);
  return value;
}

/** Runs one command line, given without the program's name; gives the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const packageFile = new URL("../../package.json", import.meta.url);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, "utf8")));
  return runProgram(commands, version, argv);
}
