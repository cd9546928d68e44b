import * as z from "zod";
import { readAmqpAddress } from "../domain/amqp-address.ts";
import { databaseNameProblem } from "../domain/database-name.ts";

/** The address is a secret, so problems are told in words of their own that do not show what was found. */
export const amqpUrl = z.string().superRefine((text, context) => {
  const reading = readAmqpAddress(text);
  if ("problem" in reading) context.addIssue({ code: "custom", message: reading.problem });
});
export const mongodbUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/./, {
    error: "must be a URL that begins with mongodb:// or mongodb+srv://",
    abort: true,
  })
  .superRefine((address, context) => {
    const problem = databaseNameProblem(address);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
const hosts = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ""),
  )
  .pipe(
    z.array(
      z
        .string()
        .regex(
          /^(\*\.)?[\w.-]+$/,
          "must be names, or *.name for all below it, separated by commas; no ports",
        ),
    ),
  );
const portPattern = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const ports = z.string().transform((text, context) =>
  text.split(",").map((part) => {
    const pattern = part.replaceAll(" ", "");
    const [, from, to = from] = portPattern.exec(pattern) ?? [];
    if (Number(from) >= 1 && Number(from) <= Number(to) && Number(to) <= 65_535) return pattern;
    const message = "must be ports from 1 to 65535, or ranges such as 1024-65535, separated by commas";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }),
);
const flag = z.stringbool({ error: "must be true or false" });
const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, { error: `must be one of ${names.join(", ")}` });
const whole = (min: number, max: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};

/**
 * Every setting: type, default, unit, meaning and secrecy, declared once. The environment's names are the
 * code's names. `config/settings.md`, `pulse-ingest check` and the start-up errors are made from this.
 */
export const declared = {
  AMQP_URL: amqpUrl.optional().meta({
    description:
      "Broker address with user, password and vhost, e.g. amqps://user:password@pulse.mozilla.org:5671. " +
      "Escapes (%C3%A4) stand for UTF-8. ?ssl=1 asks for TLS as amqps:// does. " +
      "Also known: ?heartbeat= (seconds), frameMax, maxFrameSize, channelMax, locale. The user is part of the queue's name.",
    secret: true,
  }),
  AMQP_URL_FILE: z.string().optional().meta({
    description:
      "File that holds the broker address. Read at each connect, before AMQP_URL, so that a mounted secret may change.",
  }),
  REGISTRY_FILE: z.string().default("config/exchanges.yml").meta({
    description: "The registry: which exchanges, destinations and projects to bind.",
  }),
  TIERS_FILE: z.string().default("config/tiers.yml").meta({
    description: "Signatures whose jobs are forced to tier 2 or 3, by project. The file may be absent.",
  }),
  DEPLOYMENT: z.string().optional().meta({
    description:
      "Name of this deployment. Registry entries that list `deployments` without it are passed by; unset, all entries count.",
  }),
  LOCAL: flag.default(false).meta({
    description:
      "For a laptop: a private queue (exclusive, auto-delete) that goes away with the connection, instead of the durable one.",
  }),
  QUEUE_NAME: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "must be 1 to 100 letters, digits, `_`, `.` or `-`")
    .default("jobs")
    .meta({ description: "Last part of the queue's name, queue/<user>/<name>." }),
  QUEUE_TYPE: oneOf(["classic", "quorum"]).default("classic").meta({
    description: "Type of the durable queue. It cannot be changed for a queue that exists.",
  }),
  PRUNE_FORCE: flag.default(false).meta({
    description: "Remove bindings that left the registry even when they are most of those in force.",
  }),
  PREFETCH: whole(1, 2000).default(400).meta({
    description: "Most deliveries held unacknowledged; bounds memory whatever happens.",
    unit: "messages",
  }),
  ACK_TIMEOUT_SECONDS: whole(2, 604_800).default(1800).meta({
    description:
      "How long the broker waits for an acknowledgement before it closes the channel and delivers again: RabbitMQ's consumer_timeout, 30 minutes unless its operator has set another. A warning comes when a delivery has been held for half of it.",
    unit: "seconds",
  }),
  BATCH_SIZE: whole(1, 2000).default(200).meta({
    description:
      "A batch is written as soon as it holds this many jobs. One message may hold more; then it is written in several batches.",
    unit: "jobs",
  }),
  BATCH_BYTES: whole(1024, 256 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({
      description:
        "... or as soon as their bodies add up to this. With the embedded store the worker does nothing else while it writes a batch.",
      unit: "bytes",
    }),
  BATCH_WAIT_MS: whole(0, 1000).default(5).meta({
    description: "How long a free writer waits for company after the first message.",
    unit: "milliseconds",
  }),
  MAX_BODY_BYTES: whole(1024, 64 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({
      description:
        "A longer message is rejected; its head and hash are kept. So is one that is longer once its declared compression is undone. The worker does nothing else while it parses a body, which takes about 10 ms per MiB and can take several times that.",
      unit: "bytes",
    }),
  MAX_DEPTH: whole(8, 500).default(64).meta({
    description: "A message nested deeper is rejected.",
    unit: "levels",
  }),
  MAX_JOBS_PER_MESSAGE: whole(1, 100_000).default(1000).meta({
    description:
      "A message from the broker that holds more jobs is rejected as a whole. Files given to validate, normalise and publish may hold any number.",
    unit: "jobs",
  }),
  MAX_LOGS_PER_JOB: whole(1, 10_000).default(100).meta({
    description:
      "Most logs that one message may give a job. The first ones are kept, and the job says how many were not.",
    unit: "logs",
  }),
  MAX_ARTIFACTS_PER_JOB: whole(1, 10_000).default(100).meta({
    description: "The same for artifacts.",
    unit: "artifacts",
  }),
  MAX_DETAILS_PER_JOB: whole(1, 100_000).default(1000).meta({
    description: "The same for job details, which the links of a message become.",
    unit: "details",
  }),
  MAX_COALESCED_PER_JOB: whole(1, 10_000).default(1000).meta({
    description: "The same for the jobs that were coalesced into a job.",
    unit: "jobs",
  }),
  MAX_LABELS_PER_JOB: whole(1, 1000).default(100).meta({
    description:
      "A job with more labels (options) is rejected, because its signature depends on all of them.",
    unit: "labels",
  }),
  MONGODB_URL: mongodbUrl.optional().meta({
    description:
      "Database address; the path names the database (default pulse_ingest), by MongoDB's rules for names. Unset: the embedded SQLite store in DATA_DIR.",
    secret: true,
  }),
  MONGODB_URL_FILE: z.string().optional().meta({
    description:
      "File that holds the database address. Read at each connect, before MONGODB_URL, so that a mounted secret may change.",
  }),
  DATA_DIR: z.string().default("data").meta({
    description: "Folder of the embedded store and of the spool.",
  }),
  SPOOL: flag.default(true).meta({
    description:
      "While the database is away for long, go on consuming into a file in DATA_DIR/spool, so that the broker's queue does not grow. For disks that last: what is there has been acknowledged. Without effect with the embedded store.",
  }),
  SPOOL_AFTER_MS: whole(100, 3_600_000).default(10_000).meta({
    description: "How long the database may be away before the spool is used.",
    unit: "milliseconds",
  }),
  SPOOL_MAX_BYTES: whole(1024 * 1024, 1024 ** 4)
    .default(1024 ** 3)
    .meta({
      description: "How much the spool holds; full, the worker stops consuming. The file is somewhat larger.",
      unit: "bytes",
    }),
  MAX_ATTEMPTS: whole(2, 1000).default(5).meta({
    description: "A message that so many workers died of is rejected as killed-worker.",
    unit: "attempts",
  }),
  REJECTION_TTL_DAYS: whole(1, 3650).default(30).meta({
    description: "How long a rejection is kept after it was last seen.",
    unit: "days",
  }),
  REJECTION_MAX_BYTES: whole(0, 8 * 1024 * 1024)
    .default(64 * 1024)
    .meta({ description: "How much of a rejected message is kept.", unit: "bytes" }),
  REJECTIONS_PER_DAY: whole(0, 10_000_000).default(10_000).meta({
    description:
      "How many new rejections of one exchange are kept in a day (UTC), by all workers of the store together. Beyond that they are only counted. Exchanges that the registry does not list share one quota. 0: no limit.",
    unit: "rejections",
  }),
  REJECTION_BYTES_PER_DAY: whole(0, 1024 ** 4)
    .default(256 * 1024 * 1024)
    .meta({ description: "... and how many bytes of them. 0: no limit.", unit: "bytes" }),
  LOG_THREADS: whole(0, 64).default(4).meta({
    description:
      "How many logs this worker reads at once, each on a thread with up to 64 MiB (more where ARTIFACT_MAX_BYTES or LOG_MAX_LINE_BYTES are raised). 0: it reads none, and leaves them to others; bug suggestions for submitted summaries are still made.",
    unit: "logs",
  }),
  LOGS_PER_HOST: whole(1, 64).default(3).meta({
    description:
      "... of one log host, and of one server whatever its names are, so that a slow one leaves room for the others.",
    unit: "logs",
  }),
  LOG_MAX_WAITING_PER_EXCHANGE: whole(1, 100_000_000).default(20_000).meta({
    description:
      "How many logs of one exchange may wait to be read. A log beyond it is stored with its job as failed, with the reason `too-many-waiting`; `pulse-ingest logs reparse` has it read after all.",
    unit: "logs",
  }),
  LOG_HOSTS: hosts.meta({
    description:
      "Hosts that logs may be fetched from, also after a redirect: names, or *.name for all below it, separated by commas. Empty: all with public addresses. Counters name these hosts; the others are `other`.",
  }),
  LOG_PORTS: ports.prefault("80,443,1024-65535").meta({
    description:
      "Ports that logs may be fetched from, also after a redirect: numbers and ranges, separated by commas. A log at another port fails as `refused-port`.",
  }),
  LOG_ALLOW_PRIVATE: flag.default(false).meta({
    description:
      "Fetch logs from addresses that are not public as well. Log URLs come from strangers: only for a laptop, or where nothing of the inside can be harmed.",
  }),
  LOG_LOOKUP_MS: whole(100, 600_000).default(10_000).meta({
    description:
      "How long resolving the name of a log host may take, by DNS alone: the system's search domains are not used, and its hosts file only with LOG_ALLOW_PRIVATE. Counts no longer than LOG_CONNECT_MS.",
    unit: "milliseconds",
  }),
  LOG_CONNECT_MS: whole(100, 600_000).default(30_000).meta({
    description: "How long connecting to a log host may take, once its name is resolved.",
    unit: "milliseconds",
  }),
  LOG_IDLE_MS: whole(100, 600_000).default(30_000).meta({
    description: "How long a log host may send nothing.",
    unit: "milliseconds",
  }),
  LOG_TIMEOUT_MS: whole(100, 3_600_000).default(300_000).meta({
    description: "How long fetching and parsing one log may take in all.",
    unit: "milliseconds",
  }),
  LOG_MAX_REDIRECTS: whole(0, 20).default(5).meta({
    description: "Most redirects that are followed to a log.",
    unit: "redirects",
  }),
  LOG_MAX_BYTES: whole(1024, 8 * 1024 ** 3)
    .default(256 * 1024 * 1024)
    .meta({
      description:
        "A log that is longer as transferred fails. Chunk extensions and trailers of its host count as well.",
      unit: "bytes",
    }),
  LOG_MAX_INFLATED_BYTES: whole(1024, 64 * 1024 ** 3)
    .default(2 * 1024 ** 3)
    .meta({
      description: "... or longer than this as text, or when one of two compressions is undone.",
      unit: "bytes",
    }),
  LOG_MAX_RATIO: whole(2, 100_000).default(500).meta({
    description:
      "... or so many times longer as text than as transferred. This is looked at only beyond 64 MiB of text: below that, every ratio is allowed.",
    unit: "times",
  }),
  LOG_MAX_LINES: whole(1, 1_000_000_000).default(20_000_000).meta({
    description: "A log of more lines fails.",
    unit: "lines",
  }),
  LOG_MAX_LINE_BYTES: whole(500, 64 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({ description: "A line with performance data is cut at this; all others at 500.", unit: "bytes" }),
  ARTIFACT_MAX_BYTES: whole(1024, 15 * 1024 * 1024)
    .default(8 * 1024 * 1024)
    .meta({
      description:
        "A log that an artifact larger than this would come from fails; of performance data and printed details, what is more is left out.",
      unit: "bytes",
    }),
  LOG_ATTEMPTS: whole(1, 100).default(10).meta({
    description:
      "A log that could not be read so many times is given up. One that ended its thread, by its memory or its time, is given up after the second time.",
    unit: "attempts",
  }),
  LOG_LEASE_MS: whole(1000, 86_400_000).default(600_000).meta({
    description:
      "After this others take up a log that a worker had in work when it died. Longer than LOG_TIMEOUT_MS, with room for parsing, bug suggestions and storing.",
    unit: "milliseconds",
  }),
  BUGZILLA_URL: z
    .url({ protocol: /^https?$/, error: "must be a URL that begins with http:// or https://" })
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
      error: "must name no user: Bugzilla is asked without one",
    })
    .default("https://bugzilla.mozilla.org")
    .meta({ description: "Bugzilla, for the bugs that are suggested for error lines." }),
  BUGS_SYNC_MINUTES: whole(0, 10_080).default(0).meta({
    description:
      "How often the worker reads all bugs of intermittent failures from Bugzilla. 0: never; `pulse-ingest bugs sync` or `bugs import` do it by hand.",
    unit: "minutes",
  }),
  QUEUE_LIMIT: whole(1, 100_000_000)
    .default(8000)
    .meta({
      description:
        "The queue is lost when this many messages are ready in it (on Pulse it is deleted then). " +
        "Warnings come at 25, 50 and 75 %.",
      unit: "messages",
    }),
  QUEUE_DEPTH_SECONDS: whole(1, 3600).default(10).meta({
    description: "How often the broker is asked for the queue's depth.",
    unit: "seconds",
  }),
  HTTP_HOST: z.string().default("127.0.0.1").meta({
    description: "Address that health, metrics and status are served on. There is no login: keep it private.",
  }),
  HTTP_ALLOWED_HOSTS: hosts.meta({
    description:
      "More names that the worker is asked by, such as a service's: names, or *.name for all below it, separated by commas, without ports. A request for any other name gets 403. IP addresses, localhost, the machine's host name and HTTP_HOST are always allowed.",
  }),
  HTTP_PORT: z
    .union([z.literal("off"), whole(0, 65_535)], { error: "must be a port from 0 to 65535, or `off`" })
    .default(9182)
    .meta({
      description: "Port for the same; 0: a free one, told in the log (`http_listening`); `off`: not served.",
    }),
  STALL_SECONDS: whole(5, 3600)
    .default(120)
    .meta({
      description:
        "/livez fails when deliveries are in hand and none has ended for this long, unless the store is away. " +
        "To be longer than the database takes to give up a write.",
      unit: "seconds",
    }),
  SHUTDOWN_MS: whole(0, 600_000).default(10_000).meta({
    description: "How long a shutdown waits for the batch in work before its messages are handed back.",
    unit: "milliseconds",
  }),
  LOG_LEVEL: oneOf(["error", "warn", "info", "debug"]).default("info").meta({
    description: "Least important log lines that are written.",
  }),
} as const;

export const settingsSchema = z.object(declared);
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof typeof declared;
export const settingNames = Object.keys(declared) as SettingName[];
