import { readFileSync } from "node:fs";
import * as z from "zod";
import { importBugs, sync } from "./commands/bugs.ts";
import { check } from "./commands/check.ts";
import { explain } from "./commands/explain.ts";
import { inspect } from "./commands/inspect.ts";
import { listLogs, reparseLogs } from "./commands/logs.ts";
import { parseLog } from "./commands/parse-log.ts";
import { publish } from "./commands/publish.ts";
import { listRejections, showRejection } from "./commands/rejections.ts";
import { exportRejections } from "./commands/rejections-export.ts";
import { replay } from "./commands/rejections-replay.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { normalise, validate } from "./commands/validate.ts";
import { rejectionFilters } from "./options/rejection-filter.ts";
import { type CommandRow, runProgram } from "./program.ts";

const { env } = process;

const logFilters = [
  ["--project <name>", "logs of jobs of this project"],
  ["--job <guid>", "logs of this job"],
  ["--status <status>", "pending, parsed or failed"],
  ["--since <time>", "changed since: 2026-01-05T10:00:00Z, or how long ago: 30m, 12h, 7d"],
  ["--limit <count>", "at most so many"],
] as const;

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
    options: [
      ["--connect", "ask the broker for the exchanges too"],
      ["--plan", "compare with what workers have bound, by their notes in the store"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest check",
      "pulse-ingest check --connect",
      "REGISTRY_FILE=new.yml pulse-ingest check --plan",
    ],
    more: "Exit code 1 if an exchange cannot be used, or if a worker would refuse to remove so many bindings at once.",
    run: (_args, options) => check(env, options),
  },
  {
    usage: "validate <file...>",
    summary: "say for each message whether it is valid, and if not, why",
    options: [["--json", "one JSON object per message"]],
    examples: ["pulse-ingest validate job.json", "cat job.json | pulse-ingest validate - --json"],
    more: "A file holds one message, an array of them, or either on each line; - is standard input. Exit code 1 if any is invalid.",
    run: ([files], { json }) => validate(env, z.array(z.string()).parse(files), json === true),
  },
  {
    usage: "normalise <file>",
    summary: "print the submissions that a file's messages amount to, as JSON",
    examples: ["pulse-ingest normalise job.json", "cat jobs.json | pulse-ingest normalise -"],
    more: "Invalid and unscheduled messages are left out and told on standard error; exit code 1 if any is invalid.",
    run: ([file]) => normalise(env, z.string().parse(file)),
  },
  {
    usage: "publish <file>",
    summary: "publish a message, or each of an array, to an exchange",
    options: [
      ["--exchange <name>", "topic exchange; made only under exchange/<own user>/"],
      ["--routing-key <key>", "<destination>.<project>"],
      ["--no-validate", "publish it even if it is invalid"],
      ["--wait", "wait until the store shows what became of each, and say it"],
      ["--timeout <seconds>", "how long to wait at most (default: 60)"],
    ],
    examples: [
      "pulse-ingest publish job.json --exchange exchange/guest/jobs --routing-key treeherder.try",
      "pulse-ingest publish job.json --exchange exchange/guest/jobs --routing-key treeherder.try --wait --timeout 10",
    ],
    more:
      "The broker is AMQP_URL's; --wait also looks into the worker's store (MONGODB_URL or DATA_DIR).\n" +
      "Exit code 0 if all went well, 1 if a message is invalid or was rejected, 3 if one is unroutable, or not\n" +
      "confirmed or seen in time.",
    run: ([file], options) => publish(env, z.string().parse(file), options),
  },
  {
    usage: "inspect [exchange]",
    summary: "show what comes by an exchange, live, each message with its verdict; nothing is stored",
    options: [
      ["--routing-key <pattern>", "only these: * is one word, # any number (default: all)"],
      ["--project <pattern>", "only messages for this project; * is any text"],
      ["--only <verdict>", "accepted, skipped or rejected"],
      ["--count <count>", "end after so many"],
      ["--json", "one JSON object per message, with the message itself"],
    ],
    examples: [
      "pulse-ingest inspect exchange/taskcluster-treeherder/v1/jobs",
      "pulse-ingest inspect --only rejected",
      "pulse-ingest inspect --project 'mozilla-*' --count 10 --json",
    ],
    more:
      "Without an exchange: all that the registry binds. It reads through a queue of its own, which ends with it, so\n" +
      "workers miss nothing; a reader that is too slow misses the oldest, once more than 1000 wait.",
    run: ([exchange], options) => inspect(env, z.string().optional().parse(exchange), options),
  },
  {
    usage: "status",
    summary: "tell on one screen how a worker, its broker and its store fare, and what is wrong",
    options: [
      ["--url <url>", "of the worker's HTTP, instead of HTTP_HOST and HTTP_PORT"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest status",
      "pulse-ingest status --url http://127.0.0.1:9183",
      "pulse-ingest status --json | jq .problems",
    ],
    more: "Store and broker are asked too, also when no worker answers. Exit code 1 if something is wrong.",
    run: (_args, { url, json }) =>
      status(env, { url: typeof url === "string" ? url : null, json: json === true }),
  },
  {
    usage: "explain <guid>",
    summary: "tell all that is known of a job: what came, what became of it, logs, artifacts",
    options: [
      ["--project <name>", "of this project only"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest explain fJhBlPyZTLKrsXAv8oEXpQ/0",
      "pulse-ingest explain fJhBlPyZTLKrsXAv8oEXpQ --project try --json",
    ],
    more: "A task id alone tells of each of its runs. It may be a slug, as Taskcluster shows it, or the UUID that messages carry: either finds both. Exit code 1 if nothing is known of it.",
    run: ([guid], { project, json }) =>
      explain(env, z.string().parse(guid), {
        project: typeof project === "string" ? project : null,
        json: json === true,
      }),
  },
  {
    usage: "parse-log <target>",
    summary: "print the artifacts that the worker would make of a log, as one JSON object",
    examples: [
      "pulse-ingest parse-log live_backing.log.gz",
      "pulse-ingest parse-log https://logs.example.org/live_backing.log",
      "zcat old.log.gz | pulse-ingest parse-log -",
    ],
    more: "A file or a URL; - is standard input. Text may be compressed once or twice: by gzip or zlib, by zstd where Node can undo it, and by brotli where the server says so. Exit code 1 and the reason if none can be made. Performance data that does not fit its schema is printed, and told: the worker would not store it.",
    run: ([target]) => parseLog(env, z.string().parse(target)),
  },
  {
    usage: "rejections list",
    summary: "list refused messages, newest first, with what is wrong; or count them",
    options: [
      ...rejectionFilters,
      ["--counts", "how many there are, per exchange and reason, instead"],
      ["--json", "one JSON object per rejection, or per count"],
    ],
    examples: [
      "pulse-ingest rejections list --task JFG5iCPLSVirNG7qW4Rx7w",
      "pulse-ingest rejections list --counts --since 24h",
      "pulse-ingest rejections list --reason schema-violation --limit 1000 --json | jq .errors",
    ],
    more: "Without --limit the newest 100. One that comes again (same payload and route) is counted, not listed again.",
    run: (_args, options) => listRejections(env, options),
  },
  {
    usage: "rejections show <id>",
    summary: "show all that is kept of a refused message: what is wrong, where, and the payload",
    options: [["--json", "as one JSON object"]],
    examples: [
      "pulse-ingest rejections show 3fa9c01d77aa",
      "pulse-ingest rejections show 3fa9c01d77aa --json | jq -r .payload.content",
    ],
    more: "The id as rejections list shows it; its beginning is enough. Exit code 1 if there is none.",
    run: ([id], options) => showRejection(env, z.string().parse(id), options),
  },
  {
    usage: "rejections replay [id...]",
    summary: "have refused messages go the worker's way once more, and say what became of each",
    options: [
      ...rejectionFilters,
      ["--all", "every rejection there is"],
      ["--json", "one JSON object per job message"],
    ],
    examples: [
      "pulse-ingest rejections replay 3fa9c01d77aa",
      "pulse-ingest rejections replay --reason project-not-accepted --exchange exchange/publisher/jobs",
    ],
    more: "By the registry and settings that the worker has, oldest first. What is no longer refused is taken out of the rejections. What killed workers is replayed by its id alone. Exit code 1 if any is refused again, or cannot be replayed.",
    run: ([ids], options) => replay(env, z.array(z.string()).parse(ids), options),
  },
  {
    usage: "rejections export",
    summary: "print refused messages as they were sent, a line of JSON each, for validate and publish",
    options: rejectionFilters,
    examples: [
      "pulse-ingest rejections export --project try --since 7d > refused.ndjson",
      "pulse-ingest rejections export --exchange exchange/publisher/jobs | pulse-ingest validate -",
    ],
    more: "Oldest first. Bytes that could not be decoded, and what was not kept whole, are left out and told on standard error; exit code 1 then.",
    run: (_args, options) => exportRejections(env, options),
  },
  {
    usage: "logs list",
    summary: "list logs, newest change first, with the reason of every failure",
    options: [...logFilters, ["--json", "one JSON object per log"]],
    examples: [
      "pulse-ingest logs list --status failed --since 12h",
      "pulse-ingest logs list --job GUID --json",
    ],
    more: "Without --limit the newest 100.",
    run: (_args, options) => listLogs(env, options),
  },
  {
    usage: "logs reparse",
    summary: "have logs read again, with all their attempts",
    options: [...logFilters, ["--all", "every log there is"]],
    examples: [
      "pulse-ingest logs reparse --status failed --since 7d",
      "pulse-ingest logs reparse --job GUID",
    ],
    more: "Artifacts that are there stay as they are; only missing ones come.",
    run: (_args, options) => reparseLogs(env, options),
  },
  {
    usage: "bugs import <file>",
    summary: "replace the bugs that are suggested by those of a file",
    examples: ["pulse-ingest bugs import bugs.json", "cat bugs.ndjson | pulse-ingest bugs import -"],
    more: "JSON as Bugzilla's REST API gives it, an array of bugs, or a bug a line. All or nothing: exit code 1 if any is wrong.",
    run: ([file]) => importBugs(env, z.string().parse(file)),
  },
  {
    usage: "bugs sync",
    summary: "replace the bugs that are suggested by those of Bugzilla about intermittent failures",
    options: [["--url <url>", "of Bugzilla, instead of BUGZILLA_URL"]],
    examples: ["pulse-ingest bugs sync", "pulse-ingest bugs sync --url https://bugzilla.example.org"],
    more: "All or nothing: exit code 1 if any page fails. The worker does it by itself with BUGS_SYNC_MINUTES.",
    run: (_args, { url }) => sync(env, typeof url === "string" ? url : null),
  },
];

/** Runs one command line, given without the program's name; gives the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const packageFile = new URL("../../package.json", import.meta.url);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, "utf8")));
  return runProgram(commands, version, argv);
}
