import * as z from "zod";
import { version } from "../version.ts";
import { archiveFilters } from "./options/archive-filter.ts";
import { rejectionFilters } from "./options/rejection-filter.ts";
import { type CommandRow, runProgram } from "./program.ts";

const { env } = process;

const logFilters = [
  ["--project <name>", "only logs of this project's jobs"],
  ["--job <guid>", "only logs of this job"],
  ["--status <status>", "pending, parsed or failed"],
  ["--since <time>", "changed at or after: 2026-01-05T10:00:00Z, or how long ago: 30m, 12h, 7d"],
  ["--limit <count>", "at most this many"],
] as const;

/** All commands. To add one, add a row here and a function in `commands/`. A command's file is loaded only when it runs. */
export const commands: readonly CommandRow[] = [
  {
    usage: "start",
    summary: "run the worker until SIGTERM or Ctrl-C",
    examples: [
      "AMQP_URL=amqps://user:password@pulse.mozilla.org:5671 pulse-ingest start",
      "LOCAL=true AMQP_URL=amqp://guest:guest@localhost:5672 pulse-ingest start",
    ],
    more: "Settings are environment variables: see config/settings.md. A second signal ends the process immediately.",
    run: async () => (await import("./commands/start.ts")).start(env),
  },
  {
    usage: "pages",
    summary: "serve the web pages of a store without a worker, until SIGTERM or Ctrl-C",
    examples: ["pulse-ingest pages", "PUBLIC_PORT=9190 HTTP_PORT=off DATA_DIR=data pulse-ingest pages"],
    more:
      "MONGODB_URL or DATA_DIR must name the store. A worker serves the same pages itself, on the same port by default.\n" +
      "PAGES_WORKERS names workers whose state the pages show.",
    run: async () => (await import("./commands/pages.ts")).pages(env),
  },
  {
    usage: "check",
    summary: "check the registry and the settings, and show what would be bound",
    options: [
      ["--connect", "also ask the broker whether the exchanges can be used"],
      [
        "--plan",
        "show what a worker would bind and unbind, compared with the bindings recorded in the store",
      ],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest check",
      "pulse-ingest check --connect",
      "REGISTRY_FILE=new.yml pulse-ingest check --plan",
    ],
    more: "Exit code 1 if an exchange cannot be used, or if the plan removes more bindings than a worker allows.",
    run: async (_args, options) => (await import("./commands/check.ts")).check(env, options),
  },
  {
    usage: "validate <file...>",
    summary: "check messages: print for each one whether it is valid, and if not, why",
    options: [
      ["--kind <kind>", "check a collection that is posted over REST: jobs, resultsets or artifacts"],
      ["--json", "one JSON object per message or item"],
    ],
    examples: [
      "pulse-ingest validate job.json",
      "cat job.json | pulse-ingest validate - --json",
      "pulse-ingest validate pushes.json --kind resultsets",
    ],
    more:
      "A file holds one message, an array of messages, or one of these per line. - is standard input. With --kind, a file\n" +
      "holds one array of items, as a client posts it. Exit code 1 if any message or item is invalid.",
    run: async ([files], { kind, json }) => {
      const names = z.array(z.string()).parse(files);
      if (typeof kind !== "string") {
        return (await import("./commands/validate.ts")).validate(env, names, json === true);
      }
      const { readKind, validateCollections } = await import("./commands/validate-collection.ts");
      return validateCollections(env, names, readKind(kind), json === true);
    },
  },
  {
    usage: "normalise <file>",
    summary: "print the submissions that a file's messages are turned into, as JSON",
    examples: ["pulse-ingest normalise job.json", "cat jobs.json | pulse-ingest normalise -"],
    more:
      "Invalid and unscheduled messages are left out, and reported on standard error.\n" +
      "Exit code 1 if any message is invalid.",
    run: async ([file]) => (await import("./commands/validate.ts")).normalise(env, z.string().parse(file)),
  },
  {
    usage: "publish <file>",
    summary: "publish the messages of a file to an exchange",
    options: [
      ["--exchange <name>", "a topic exchange; it is created only under exchange/<own user>/"],
      ["--routing-key <key>", "<destination>.<project>"],
      ["--no-validate", "publish the messages even if they are invalid"],
      ["--wait", "wait until the store shows the outcome of each message, and print it"],
      ["--timeout <seconds>", "how long to wait at most (default: 60)"],
    ],
    examples: [
      "pulse-ingest publish job.json --exchange exchange/guest/jobs --routing-key treeherder.try",
      "pulse-ingest publish job.json --exchange exchange/guest/jobs --routing-key treeherder.try --wait --timeout 10",
    ],
    more:
      "AMQP_URL names the broker. With --wait, MONGODB_URL or DATA_DIR must name the worker's store.\n" +
      "Exit code 0 on success, 1 if a message is invalid or was rejected, 3 if a message is unroutable, was not\n" +
      "confirmed, or was not seen in the store in time.",
    run: async ([file], options) =>
      (await import("./commands/publish.ts")).publish(env, z.string().parse(file), options),
  },
  {
    usage: "submit <file>",
    summary: "post the items of a file to a worker's REST API, and print the verdict on each",
    options: [
      ["--project <name>", "the project to post to"],
      ["--kind <kind>", "jobs, resultsets or artifacts"],
      ["--url <url>", "address of the worker's REST API (default: http://127.0.0.1:9180)"],
      ["--wait", "wait until the worker has made the artifacts that it makes from logs and summaries"],
      ["--timeout <seconds>", "how long to wait at most (default: 60)"],
      ["--json", "one JSON object per item, and per artifact that was waited for"],
    ],
    examples: [
      "HAWK_CLIENT_ID=me HAWK_SECRET=... pulse-ingest submit jobs.json --project try --kind jobs",
      "pulse-ingest submit push.json --project try --kind resultsets --url https://ingest.example.org",
      "pulse-ingest submit jobs.json --project try --kind jobs --wait --timeout 120",
    ],
    more:
      "A file holds an array of items, one item, or one of these per line. - is standard input. HAWK_CLIENT_ID and\n" +
      "HAWK_SECRET hold the credentials. Nothing is posted if an item lacks something that it must have. Posting again\n" +
      "does no harm. Exit code 0 if all items are stored or were there already, 1 if one is invalid or was rejected, 2 if\n" +
      "the credentials are refused, 3 if the server gave no answer, or did not make the artifacts in time.",
    run: async ([file], options) =>
      (await import("./commands/submit-items.ts")).submitItems(env, z.string().parse(file), options),
  },
  {
    usage: "inspect [exchange]",
    summary: "show the messages of an exchange live, each with its verdict; nothing is stored",
    options: [
      ["--routing-key <pattern>", "only these keys: * is one word, # any number of words (default: all)"],
      ["--project <pattern>", "only messages for this project; * is any text"],
      ["--only <verdict>", "accepted, skipped or rejected"],
      ["--count <count>", "end after this many messages"],
      ["--json", "one JSON object per message, with the message itself"],
    ],
    examples: [
      "pulse-ingest inspect exchange/taskcluster-treeherder/v1/jobs",
      "pulse-ingest inspect --only rejected",
      "pulse-ingest inspect --project 'mozilla-*' --count 10 --json",
    ],
    more:
      "Without an exchange, the command shows everything that the registry binds. It reads through a temporary queue of\n" +
      "its own, so it takes no message from workers. If more than 1000 messages wait for it, the oldest are dropped.",
    run: async ([exchange], options) =>
      (await import("./commands/inspect.ts")).inspect(env, z.string().optional().parse(exchange), options),
  },
  {
    usage: "status",
    summary: "show on one screen how a worker, its broker and its store are doing, and what is wrong",
    options: [
      ["--url <url>", "address of the worker's HTTP server, instead of HTTP_HOST and HTTP_PORT"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest status",
      "pulse-ingest status --url http://127.0.0.1:9183",
      "pulse-ingest status --json | jq .problems",
    ],
    more: "The command also asks the store and the broker directly, even if no worker answers. Exit code 1 if something is wrong.",
    run: async (_args, { url, json }) =>
      (await import("./commands/status.ts")).status(env, {
        url: typeof url === "string" ? url : null,
        json: json === true,
      }),
  },
  {
    usage: "explain <guid>",
    summary: "show everything that is known about a job: messages, outcome, logs, artifacts, rejections",
    options: [
      ["--project <name>", "only this project"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest explain fJhBlPyZTLKrsXAv8oEXpQ/0",
      "pulse-ingest explain fJhBlPyZTLKrsXAv8oEXpQ --project try --json",
    ],
    more:
      "A task id without a run shows all runs. It may be a slug, as Taskcluster shows it, or a UUID, as in messages:\n" +
      "each form finds both. Exit code 1 if nothing is known.",
    run: async ([guid], { project, json }) =>
      (await import("./commands/explain.ts")).explain(env, z.string().parse(guid), {
        project: typeof project === "string" ? project : null,
        json: json === true,
      }),
  },
  {
    usage: "parse-log <target>",
    summary: "print the artifacts that the worker would generate from a log, as one JSON object",
    examples: [
      "pulse-ingest parse-log live_backing.log.gz",
      "pulse-ingest parse-log https://logs.example.org/live_backing.log",
      "zcat old.log.gz | pulse-ingest parse-log -",
    ],
    more:
      "The target is a file or a URL; - is standard input. The text may be compressed once or twice: with gzip or zlib,\n" +
      "with zstd if this version of Node.js supports it, and with brotli if the server declares it.\n" +
      "Performance data that does not fit its schema is printed with a warning, because the worker would not store it.\n" +
      "Exit code 1, with the reason, if no artifacts can be generated.",
    run: async ([target]) =>
      (await import("./commands/parse-log.ts")).parseLog(env, z.string().parse(target)),
  },
  {
    usage: "rejections list",
    summary: "list rejected messages, newest first, with the reason; or count them",
    options: [
      ...rejectionFilters,
      ["--counts", "print the number of rejections per exchange and reason instead"],
      ["--json", "one JSON object per rejection, or per count"],
    ],
    examples: [
      "pulse-ingest rejections list --task JFG5iCPLSVirNG7qW4Rx7w",
      "pulse-ingest rejections list --counts --since 24h",
      "pulse-ingest rejections list --reason schema-violation --limit 1000 --json | jq .errors",
    ],
    more:
      "Without --limit, the newest 100 are listed. If the same payload is rejected again on the same exchange and\n" +
      "routing key, its rejection is counted up and not listed twice.",
    run: async (_args, options) => (await import("./commands/rejections.ts")).listRejections(env, options),
  },
  {
    usage: "rejections show <id>",
    summary: "show a rejection in full: what is wrong and where, and the payload",
    options: [["--json", "one JSON object"]],
    examples: [
      "pulse-ingest rejections show 3fa9c01d77aa",
      "pulse-ingest rejections show 3fa9c01d77aa --json | jq -r .payload.content",
    ],
    more: "The id is the one that rejections list shows; its beginning is enough. Exit code 1 if there is no such rejection.",
    run: async ([id], options) =>
      (await import("./commands/rejections.ts")).showRejection(env, z.string().parse(id), options),
  },
  {
    usage: "rejections replay [id...]",
    summary: "process rejected messages again, as the worker would, and print the outcome of each",
    options: [
      ...rejectionFilters,
      ["--all", "all rejections"],
      ["--json", "one JSON object per job message"],
    ],
    examples: [
      "pulse-ingest rejections replay 3fa9c01d77aa",
      "pulse-ingest rejections replay --reason project-not-accepted --exchange exchange/publisher/jobs",
    ],
    more:
      "The oldest message is replayed first. Run it with the worker's registry and settings. A message that is no longer\n" +
      "rejected is removed from the rejections. A message that killed workers is replayed only if you name its id.\n" +
      "Exit code 1 if a message is rejected again or cannot be replayed.",
    run: async ([ids], options) =>
      (await import("./commands/rejections-replay.ts")).replay(env, z.array(z.string()).parse(ids), options),
  },
  {
    usage: "rejections export",
    summary: "print rejected messages as they were sent, one line of JSON each, for validate and publish",
    options: rejectionFilters,
    examples: [
      "pulse-ingest rejections export --project try --since 7d > refused.ndjson",
      "pulse-ingest rejections export --exchange exchange/publisher/jobs | pulse-ingest validate -",
    ],
    more:
      "The oldest message comes first. Messages that could not be decoded or were not kept whole are left out, and\n" +
      "reported on standard error; the exit code is then 1.",
    run: async (_args, options) =>
      (await import("./commands/rejections-export.ts")).exportRejections(env, options),
  },
  {
    usage: "replay",
    summary: "send archived messages through the write path again, and print the outcomes",
    options: [
      ...archiveFilters,
      ["--dry-run", "only judge the messages; nothing is written anywhere"],
      [
        "--into <address>",
        "write to another store: sqlite:DIR or mongodb://... (default: the store of the archive)",
      ],
      ["--json", "one JSON object, with the numbers of each exchange and client"],
    ],
    examples: [
      "pulse-ingest replay --since 7d --dry-run",
      "pulse-ingest replay --since 2026-01-05T10:00:00Z --until 2026-01-05T12:00:00Z --project try",
      "pulse-ingest replay --since 1h --into sqlite:/tmp/trial --json",
    ],
    more:
      "MONGODB_URL or DATA_DIR names the store whose archive is read (ARCHIVE_DAYS: see docs/archive.md). Run it with the\n" +
      "worker's registry and settings. The oldest message comes first. A message that ends as it did before changes nothing, so\n" +
      "a replay may be repeated, also while workers run. If it is interrupted, it prints the command that continues it.\n" +
      "Exit code 1 if a job failed, if a part of the archive cannot be read, or if the replay was interrupted.",
    run: async (_args, options) => (await import("./commands/replay.ts")).replay(env, options),
  },
  {
    usage: "logs list",
    summary: "list logs, last changed first, with the reason of every failure",
    options: [...logFilters, ["--json", "one JSON object per log"]],
    examples: [
      "pulse-ingest logs list --status failed --since 12h",
      "pulse-ingest logs list --job GUID --json",
    ],
    more: "Without --limit, 100 logs are listed.",
    run: async (_args, options) => (await import("./commands/logs.ts")).listLogs(env, options),
  },
  {
    usage: "logs reparse",
    summary: "schedule logs to be read again, with a fresh count of attempts",
    options: [...logFilters, ["--all", "all logs"]],
    examples: [
      "pulse-ingest logs reparse --status failed --since 7d",
      "pulse-ingest logs reparse --job GUID",
    ],
    more: "Existing artifacts stay as they are; only missing ones are added.",
    run: async (_args, options) => (await import("./commands/logs.ts")).reparseLogs(env, options),
  },
  {
    usage: "bugs import <file>",
    summary: "replace the bugs that can be suggested with the bugs in a file",
    examples: ["pulse-ingest bugs import bugs.json", "cat bugs.ndjson | pulse-ingest bugs import -"],
    more:
      "The file holds an answer of Bugzilla's REST API, a JSON array of bugs, or one bug per line.\n" +
      "Exit code 1 if any bug is invalid; nothing is imported then.",
    run: async ([file]) => (await import("./commands/bugs.ts")).importBugs(env, z.string().parse(file)),
  },
  {
    usage: "bugs sync",
    summary: "replace the bugs that can be suggested with Bugzilla's bugs about intermittent failures",
    options: [["--url <url>", "address of Bugzilla, instead of BUGZILLA_URL"]],
    examples: ["pulse-ingest bugs sync", "pulse-ingest bugs sync --url https://bugzilla.example.org"],
    more: "Exit code 1 if any request fails; nothing is changed then. With BUGS_SYNC_MINUTES, the worker syncs by itself.",
    run: async (_args, { url }) =>
      (await import("./commands/bugs.ts")).sync(env, typeof url === "string" ? url : null),
  },
  {
    usage: "expire",
    summary: "remove jobs, pushes and other documents that are too old, as a worker does",
    options: [
      ["--dry-run", "only count what would be removed"],
      ["--project <name>", "only jobs and pushes of this project"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "RETAIN_DAYS=90 pulse-ingest expire --dry-run",
      "RETAIN_DAYS=90 pulse-ingest expire --project try",
      "pulse-ingest expire --dry-run --json | jq .projects",
    ],
    more:
      "Run it with the worker's settings and registry: RETAIN_DAYS, ARCHIVE_DAYS, and `retain` in REGISTRY_FILE say what\n" +
      "is removed; see docs/retention.md. Workers may keep running. It can be stopped with Ctrl-C, and run again.\n" +
      "Exit code 1 if it was stopped, or if a worker is removing old data already: it says which one.",
    run: async (_args, options) => (await import("./commands/expire.ts")).expire(env, options),
  },
  {
    usage: "compact",
    summary: "rewrite the embedded store's file without its unused space; no worker may run",
    options: [
      ["--dry-run", "only say how large the file is, how much of it is used, and whether there is room"],
      ["--json", "one JSON object"],
    ],
    examples: ["pulse-ingest compact --dry-run", "DATA_DIR=/var/lib/pulse-ingest pulse-ingest compact"],
    more:
      "A file of an earlier version needs this once, before it can return unused space to the system. The file is rewritten, so\n" +
      "the disk must have room for the contents twice. If the command is interrupted, the file stays as it was.",
    run: async (_args, options) => (await import("./commands/compact.ts")).compact(env, options),
  },
  {
    usage: "backup <file>",
    summary: "back up the embedded store into a file, while workers use it",
    options: [
      ["--dry-run", "only say how large the file would be, and whether there is room for it"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest backup /backup/pulse-ingest.db",
      "DATA_DIR=/var/lib/pulse-ingest pulse-ingest backup /backup/monday.db",
    ],
    more:
      "The file appears only when it is complete, and then replaces an earlier file of that name. Only its owner can read it,\n" +
      "because it holds credentials. docs/backup.md explains how to restore it. To back up a database, use mongodump.\n" +
      "Exit code 1 if the file cannot be written.",
    run: async ([file], options) =>
      (await import("./commands/backup.ts")).backup(env, z.string().parse(file), options),
  },
  {
    usage: "copy",
    summary: "copy one store into another, and compare the two",
    options: [
      ["--from <address>", "the store to read: sqlite:DIR or mongodb://..."],
      ["--to <address>", "the store to write; an embedded one is created if it does not exist"],
      ["--project <name>", "only this project"],
      [
        "--since <time>",
        "only jobs that changed at or after: 2026-01-05T10:00:00Z, or how long ago: 30m, 12h, 7d",
      ],
      ["--credentials", "also the credentials and nonces of REST clients"],
      ["--dry-run", "only count what would be copied; the target is not opened"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest copy --from sqlite:data --to mongodb://user:password@db.example.org/pulse_ingest --credentials",
      "pulse-ingest copy --from mongodb://user:password@db.example.org/pulse_ingest --to sqlite:laptop --project try --since 7d",
    ],
    more:
      "Workers may use both stores during the copy: a copied job never replaces a later state. If it is interrupted, run it\n" +
      "again: only what differs is written. With --since, the pushes of the jobs are copied, too. With --project or --since,\n" +
      "bindings, suspects and quotas of rejections are not copied. docs/scaling.md explains how to move to another store.\n" +
      "Exit code 1 if a document of the target differs.",
    run: async (_args, options) => (await import("./commands/copy.ts")).copy(env, options),
  },
  {
    usage: "credentials add <client-id>",
    summary: "create a client id for the REST API, and print its secret once",
    options: [
      [
        "--project <patterns...>",
        "it may write only to these projects; * is any text (default: all projects)",
      ],
      ["--description <text>", "what it is for"],
      ["--owner <name>", "who asked for it"],
      ["--json", "one JSON object"],
    ],
    examples: [
      "pulse-ingest credentials add my-client --owner me@example.org",
      "pulse-ingest credentials add try-client --project try --project 'comm-*' --json",
    ],
    more:
      "Give the client id before --project. The id is approved immediately. Its secret is encrypted if CREDENTIALS_KEY_FILE is\n" +
      "set: see docs/credentials.md. Exit code 1 if the client id exists.",
    run: async ([id], options) =>
      (await import("./commands/credentials.ts")).addCredential(env, z.string().parse(id), options),
  },
  {
    usage: "credentials list",
    summary: "list the client ids of the REST API, newest first, and when each was last used",
    options: [["--json", "one JSON object per client id"]],
    examples: ["pulse-ingest credentials list", "pulse-ingest credentials list --json | jq .last_used_at"],
    run: async (_args, options) => (await import("./commands/credentials.ts")).listCredentials(env, options),
  },
  {
    usage: "credentials rotate <client-id>",
    summary: "give a client id a new secret, and print it once",
    options: [["--json", "one JSON object"]],
    examples: ["pulse-ingest credentials rotate my-client"],
    more:
      "Running workers refuse the old secret within a few seconds. A client id that was revoked is approved again.\n" +
      "Exit code 1 if there is no such client id.",
    run: async ([id], options) =>
      (await import("./commands/credentials.ts")).rotateCredential(env, z.string().parse(id), options),
  },
  {
    usage: "credentials revoke <client-id>",
    summary: "stop accepting submissions of a client id",
    examples: ["pulse-ingest credentials revoke my-client"],
    more: "Running workers refuse it within a few seconds. Exit code 1 if there is no such client id.",
    run: async ([id]) =>
      (await import("./commands/credentials.ts")).revokeCredential(env, z.string().parse(id)),
  },
  {
    usage: "credentials rekey",
    summary: "encrypt all secrets with the first key of CREDENTIALS_KEY_FILE",
    options: [["--json", "one JSON object"]],
    examples: ["CREDENTIALS_KEY_FILE=/etc/pulse-ingest/credentials-key pulse-ingest credentials rekey"],
    more:
      "Put a new key before the old one in the file of every worker, run this command, then remove the old key.\n" +
      "Workers need no restart: see docs/credentials.md. Exit code 1 if a secret could not be encrypted.",
    run: async (_args, options) => (await import("./commands/credentials.ts")).rekeyCredentials(env, options),
  },
];

/** Runs one command line, given without the program's name, and returns the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  return runProgram(commands, version, argv);
}
