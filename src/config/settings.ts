import { isIP } from "node:net";
import * as z from "zod";
import { readAmqpAddress } from "../domain/amqp-address.ts";
import { databaseNameProblem } from "../domain/database-name.ts";
import { hiddenProblem } from "../domain/text/hidden-characters.ts";
import { MAX_RETAIN_DAYS } from "./retention-rules.ts";

/** A broker address. The error messages never show it, because it is a secret. */
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
      .filter((host) => host !== "")
      // A dot at the end makes a name absolute, but hosts are compared without it.
      .map((host) => host.replace(/\.$/, "")),
  )
  .pipe(
    z.array(
      z
        .string()
        .regex(
          /^(\*\.)?[\w-]+(\.[\w-]+)*$/,
          "must be host names without ports, separated by commas; *.name stands for all names below it",
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
const listed = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
const proxies = z
  .string()
  .default("")
  .transform(listed)
  .pipe(
    z.array(
      z.string().refine((proxy) => isAddressRange(proxy), {
        error: "must be IP addresses, or ranges such as 10.0.0.0/8, separated by commas",
      }),
    ),
  );
/** Origins as browsers send them: in lower case, and without the default port of the scheme. */
const origins = z
  .string()
  .transform(listed)
  .pipe(
    z.array(
      z
        .string()
        .refine(
          (text) => text === "*" || (/^https?:\/\/[^/?#@\s*]+$/i.test(text) && URL.canParse(text)),
          "must be origins such as https://ci.example.org, without a path, separated by commas, or *",
        )
        .transform((text) => (text === "*" || !URL.canParse(text) ? text : new URL(text).origin)),
    ),
  );
const workers = z
  .string()
  .default("")
  .transform(listed)
  .pipe(
    z.array(
      z
        .string()
        .regex(
          /^https?:\/\/[^/?#@\s]+\/?$/,
          "must be addresses such as http://worker-1:9182, without a path, separated by commas",
        ),
    ),
  );
/** A name that must equal a name in another file. A hidden character would make the two differ, and nobody would see why. */
const plainName = z.string().superRefine((text, context) => {
  const message = hiddenProblem(text);
  // The message already shows the value, with the hidden character escaped.
  if (message !== null) context.addIssue({ code: "custom", message, params: { showsValue: true } });
});
const flag = z.stringbool({ error: "must be true or false" });
const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, { error: `must be one of ${names.join(", ")}` });
/**
 * Accepts a number as text. Text that is only spaces is refused, because JavaScript reads it as 0, which often means "no limit".
 */
const numeric = <T extends z.ZodType<number>>(type: T) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() === "" ? Number.NaN : value), type);
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return numeric(z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error }));
};

const retainError = `must be a number from 0 to ${MAX_RETAIN_DAYS}`;

function isAddressRange(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 6 ? 128 : 32));
}

/**
 * All settings. Each is declared once with its type, default, unit, meaning and secrecy. The names of the environment variables
 * are the names in the code. `config/settings.md`, `pulse-ingest check` and the start-up errors are generated from this table.
 */
export const declared = {
  AMQP_URL: amqpUrl.optional().meta({
    description:
      "Broker address with user, password and vhost, e.g. amqps://user:password@pulse.mozilla.org:5671. " +
      "Escapes (%C3%A4) are decoded as UTF-8. ?ssl=1 turns on TLS, as amqps:// does. " +
      "Other parameters: heartbeat (seconds), frameMax, maxFrameSize, channelMax, locale. The user is part of the queue's name.",
    secret: true,
  }),
  AMQP_URL_FILE: z.string().optional().meta({
    description:
      "File that holds the broker address. It is read at each connect, so a mounted secret may change. It takes precedence over AMQP_URL.",
  }),
  REGISTRY_FILE: z.string().default("config/exchanges.yml").meta({
    description: "The registry: the exchanges, destinations and projects to bind.",
  }),
  TIERS_FILE: z.string().default("config/tiers.yml").meta({
    description:
      "Optional file that lists, by project, signatures whose jobs are forced to tier 2 or 3. See docs/registry.md.",
  }),
  DEPLOYMENT: plainName.optional().meta({
    description:
      "Name of this deployment. Registry entries whose `deployments` do not list it are ignored. Unset: all entries count.",
  }),
  LOCAL: flag.default(false).meta({
    description:
      "For a laptop: use a private queue (exclusive, auto-delete) that disappears with the connection, instead of a durable one.",
  }),
  QUEUE_NAME: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "must be 1 to 100 letters, digits, `_`, `.` or `-`")
    .default("jobs")
    .meta({ description: "Last part of the queue's name, queue/<user>/<name>." }),
  QUEUE_TYPE: oneOf(["classic", "quorum"]).default("classic").meta({
    description: "Type of the durable queue. The type of an existing queue cannot be changed.",
  }),
  PRUNE_FORCE: flag.default(false).meta({
    description: "Unbind what was removed from the registry even if that is most of the bindings in force.",
  }),
  PREFETCH: whole(1, 2000).default(400).meta({
    description: "The most deliveries that the worker holds unacknowledged; see also PREFETCH_MIB.",
    unit: "messages",
  }),
  PREFETCH_MIB: whole(1, 16_384).default(8).meta({
    description:
      "The approximate limit on the total size of the bodies of these deliveries. If messages are large, fewer are held, but at least one. A worker starts with as many deliveries as fit if each has MAX_BODY_BYTES.",
    unit: "MiB",
  }),
  ACK_TIMEOUT_SECONDS: whole(2, 604_800).default(1800).meta({
    description:
      "How long the broker waits for an acknowledgement before it closes the channel and delivers again. Set it to RabbitMQ's consumer_timeout, which is 30 minutes by default. The worker warns when it has held a delivery for half of this time.",
    unit: "seconds",
  }),
  BATCH_SIZE: whole(1, 2000).default(200).meta({
    description:
      "A batch is written as soon as it holds this many jobs. A message with more jobs is written in several batches.",
    unit: "jobs",
  }),
  BATCH_BYTES: whole(1024, 256 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({
      description:
        "A batch is also written as soon as its bodies add up to this size. With the embedded store, the worker is blocked while it writes a batch.",
      unit: "bytes",
    }),
  BATCH_WAIT_MS: whole(0, 1000).default(5).meta({
    description: "How long a free writer waits for more messages after the first one.",
    unit: "milliseconds",
  }),
  MAX_BODY_BYTES: whole(1024, 64 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({
      description:
        "A message with a longer body is rejected; its beginning and its hash are kept. The limit also applies to the decompressed body if the message declares a compression. The worker is blocked while it parses a body, which takes about 10 ms per MiB and can take several times that. Over REST, this limit and the next two apply to each item of a collection.",
      unit: "bytes",
    }),
  MAX_DEPTH: whole(8, 500).default(64).meta({
    description: "A message that is nested deeper is rejected.",
    unit: "levels",
  }),
  MAX_OBJECTS_PER_MESSAGE: whole(1000, 10_000_000).default(100_000).meta({
    description:
      "A message with more JSON objects and lists is rejected before it is parsed, because parsing it would keep the worker busy for too long. Numbers whose text has to be kept, such as 1.10 or 12345678901234567890, count twice. The artifacts of a job that are texts and have to be parsed (`Job Info`, `performance_data`, and `text_log_summary` with a `logname`) have the same limit, for all of them together: an artifact beyond the limit is refused, and the job is stored without it.",
    unit: "objects",
  }),
  MAX_JOBS_PER_MESSAGE: whole(1, 100_000).default(1000).meta({
    description:
      "A message from the broker that holds more jobs is rejected as a whole. Files for validate, normalise and publish may hold any number of jobs.",
    unit: "jobs",
  }),
  MAX_LOGS_PER_JOB: whole(1, 10_000).default(100).meta({
    description:
      "The most logs that are stored for a job from one message. The first ones are kept, and the job records how many were dropped.",
    unit: "logs",
  }),
  MAX_ARTIFACTS_PER_JOB: whole(1, 10_000).default(100).meta({
    description: "The same limit for artifacts.",
    unit: "artifacts",
  }),
  MAX_DETAILS_PER_JOB: whole(1, 100_000).default(1000).meta({
    description: "The same limit for job details, which are generated from the links in a message.",
    unit: "details",
  }),
  MAX_COALESCED_PER_JOB: whole(1, 10_000).default(1000).meta({
    description: "The same limit for the jobs that were coalesced into a job.",
    unit: "jobs",
  }),
  MAX_LABELS_PER_JOB: whole(1, 1000).default(100).meta({
    description:
      "A job with more labels (options) is rejected, because its signature depends on all of them.",
    unit: "labels",
  }),
  MONGODB_URL: mongodbUrl.optional().meta({
    description:
      "Database address. Its path is the name of the database (default pulse_ingest); MongoDB's rules for names apply. Unset: the embedded SQLite store in DATA_DIR.",
    secret: true,
  }),
  MONGODB_URL_FILE: z.string().optional().meta({
    description:
      "File that holds the database address. It is read at each connect, so a mounted secret may change. It takes precedence over MONGODB_URL.",
  }),
  DATA_DIR: z.string().default("data").meta({
    description: "Folder of the embedded store and of the spool.",
  }),
  SPOOL: flag.default(true).meta({
    description:
      "While the database is away for longer than SPOOL_AFTER_MS, keep consuming into a file in DATA_DIR/spool, so that the broker's queue does not grow. Messages in the spool have been acknowledged, so DATA_DIR must be on a durable disk. Without effect with the embedded store.",
  }),
  SPOOL_AFTER_MS: whole(100, 3_600_000).default(10_000).meta({
    description: "How long the database may be away before the spool is used.",
    unit: "milliseconds",
  }),
  SPOOL_MAX_BYTES: whole(1024 * 1024, 1024 ** 4)
    .default(1024 ** 3)
    .meta({
      description:
        "The most that the spool may hold. When it is full, the worker stops consuming. The file itself is somewhat larger.",
      unit: "bytes",
    }),
  MAX_ATTEMPTS: whole(2, 1000).default(5).meta({
    description:
      "A message is rejected as killed-worker after workers died this many times while it was in progress.",
    unit: "attempts",
  }),
  ARCHIVE_DAYS: whole(0, 3650).default(0).meta({
    description:
      "How long each message and each accepted request is kept as it arrived, for a later replay. The archive holds everything that publishers sent, including passwords in URLs. 0: nothing is archived. See docs/archive.md.",
    unit: "days",
  }),
  REJECTION_TTL_DAYS: whole(1, 3650).default(30).meta({
    description: "How long a rejection is kept after it was last seen.",
    unit: "days",
  }),
  RETAIN_DAYS: numeric(
    z.coerce
      .number({ error: retainError })
      .min(0, { error: retainError })
      .max(MAX_RETAIN_DAYS, { error: retainError }),
  )
    .default(0)
    .meta({
      description:
        "A completed job is removed with everything that belongs to it when it has not changed for this long; any other job after twice this time. 0: jobs are kept for ever. Fractions of a day are allowed. `retain` in the registry overrides it for single projects. See docs/retention.md.",
      unit: "days",
    }),
  REJECTION_MAX_BYTES: whole(0, 8 * 1024 * 1024)
    .default(64 * 1024)
    .meta({ description: "How much of a rejected message's payload is kept.", unit: "bytes" }),
  REJECTIONS_PER_DAY: whole(0, 10_000_000).default(10_000).meta({
    description:
      "How many new rejections of one exchange are kept per day (UTC), for all workers on the same store together. Further rejections are only counted. All exchanges that the registry does not list share one quota. 0: no limit.",
    unit: "rejections",
  }),
  REJECTION_BYTES_PER_DAY: whole(0, 1024 ** 4)
    .default(256 * 1024 * 1024)
    .meta({ description: "The same quota in bytes. 0: no limit.", unit: "bytes" }),
  LOG_THREADS: whole(0, 64).default(4).meta({
    description:
      "How many logs this worker reads in parallel, each on a thread with up to 64 MiB (more if ARTIFACT_MAX_BYTES or LOG_MAX_LINE_BYTES is raised). 0: it reads no logs and leaves them to other workers; it still makes bug suggestions for submitted summaries.",
    unit: "logs",
  }),
  LOGS_PER_HOST: whole(1, 64).default(3).meta({
    description:
      "How many logs of one log host this worker reads in parallel, so that a slow host leaves room for the others. A server with several names counts as one host.",
    unit: "logs",
  }),
  LOG_MAX_WAITING_PER_EXCHANGE: whole(1, 100_000_000).default(20_000).meta({
    description:
      "How many logs of one exchange may wait to be read. Further logs are stored as failed, with the reason `too-many-waiting`. `pulse-ingest logs reparse` schedules them again.",
    unit: "logs",
  }),
  LOG_HOSTS: hosts.meta({
    description:
      "Hosts that logs may be fetched from, also after a redirect: names separated by commas; *.name stands for all names below it. Empty: all hosts with public addresses. Metrics name these hosts in the label `host`; all other hosts are `other`.",
  }),
  LOG_PORTS: ports.prefault("80,443,1024-65535").meta({
    description:
      "Ports that logs may be fetched from, also after a redirect: numbers and ranges, separated by commas. A log at another port fails as `refused-port`.",
  }),
  LOG_ALLOW_PRIVATE: flag.default(false).meta({
    description:
      "Also fetch logs from addresses that are not public. Log URLs come from untrusted publishers, so use this only on a laptop, or where a request to an internal address can do no harm.",
  }),
  LOG_LOOKUP_MS: whole(100, 600_000).default(10_000).meta({
    description:
      "How long resolving the name of a log host may take, at most LOG_CONNECT_MS. Names are resolved by DNS: the system's search domains are not used, and its hosts file is used only with LOG_ALLOW_PRIVATE.",
    unit: "milliseconds",
  }),
  LOG_CONNECT_MS: whole(100, 600_000).default(30_000).meta({
    description: "How long connecting to a log host may take, once its name is resolved.",
    unit: "milliseconds",
  }),
  LOG_IDLE_MS: whole(100, 600_000).default(30_000).meta({
    description: "How long a log host may stay silent.",
    unit: "milliseconds",
  }),
  LOG_TIMEOUT_MS: whole(100, 3_600_000).default(300_000).meta({
    description: "How long fetching and parsing one log may take in total.",
    unit: "milliseconds",
  }),
  LOG_MAX_REDIRECTS: whole(0, 20).default(5).meta({
    description: "The most redirects that are followed for one log.",
    unit: "redirects",
  }),
  LOG_MAX_BYTES: whole(1024, 8 * 1024 ** 3)
    .default(256 * 1024 * 1024)
    .meta({
      description:
        "A log whose transferred size exceeds this fails. Chunk extensions and trailers count as well.",
      unit: "bytes",
    }),
  LOG_MAX_INFLATED_BYTES: whole(1024, 64 * 1024 ** 3)
    .default(2 * 1024 ** 3)
    .meta({
      description:
        "A log whose decompressed size exceeds this fails. If it is compressed twice, the limit applies to both steps.",
      unit: "bytes",
    }),
  LOG_MAX_RATIO: whole(2, 100_000).default(500).meta({
    description:
      "A log fails if its text is more than this many times larger than its transferred size. Up to 64 MiB of text, every ratio is allowed.",
    unit: "times",
  }),
  LOG_MAX_LINES: whole(1, 1_000_000_000).default(20_000_000).meta({
    description: "A log with more lines fails.",
    unit: "lines",
  }),
  LOG_MAX_LINE_BYTES: whole(500, 64 * 1024 * 1024)
    .default(1024 * 1024)
    .meta({
      description:
        "A line with performance data is truncated to this length; all other lines are truncated to 500 bytes.",
      unit: "bytes",
    }),
  ARTIFACT_MAX_BYTES: whole(1024, 15 * 1024 * 1024)
    .default(8 * 1024 * 1024)
    .meta({
      description:
        "A log fails if an artifact that is made from it is larger than this. Performance data and printed details are cut to this size instead.",
      unit: "bytes",
    }),
  LOG_ATTEMPTS: whole(1, 100).default(10).meta({
    description:
      "After this many failed attempts, a log is given up. A log that ended its thread (out of memory, out of time, or a crash) in two attempts in a row is given up immediately.",
    unit: "attempts",
  }),
  LOG_LEASE_MS: whole(1000, 86_400_000).default(600_000).meta({
    description:
      "After this time, another worker takes over a log that a dead worker was reading. It must be longer than LOG_TIMEOUT_MS, and leave enough time for bug suggestions and storing.",
    unit: "milliseconds",
  }),
  BUGZILLA_URL: z
    .url({ protocol: /^https?$/, error: "must be a URL that begins with http:// or https://" })
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
      error: "must not name a user: requests to Bugzilla are anonymous",
    })
    .default("https://bugzilla.mozilla.org")
    .meta({ description: "Address of Bugzilla, whose bugs are suggested for error lines." }),
  BUGS_SYNC_MINUTES: whole(0, 10_080).default(0).meta({
    description:
      "How often the worker reads all bugs about intermittent failures from Bugzilla. 0: never; use `pulse-ingest bugs sync` or `bugs import` instead.",
    unit: "minutes",
  }),
  QUEUE_LIMIT: whole(1, 100_000_000)
    .default(8000)
    .meta({
      description:
        "The number of ready messages at which the queue is lost (Pulse deletes it then). " +
        "The worker warns at 25, 50 and 75 %.",
      unit: "messages",
    }),
  QUEUE_DEPTH_SECONDS: whole(1, 3600).default(10).meta({
    description: "How often the worker asks the broker for the queue's depth.",
    unit: "seconds",
  }),
  HTTP_HOST: z.string().default("127.0.0.1").meta({
    description:
      "Address on which health, metrics and status are served. There is no login, so keep it private.",
  }),
  HTTP_ALLOWED_HOSTS: hosts.meta({
    description:
      "Additional host names that requests may use, such as the name of a service: names without ports, separated by commas; *.name stands for all names below it. A request with any other name gets 403. IP addresses, localhost, the machine's host name and HTTP_HOST are always allowed.",
  }),
  HTTP_PORT: z
    .union([z.literal("off"), whole(0, 65_535)], { error: "must be a port from 0 to 65535, or `off`" })
    .default(9182)
    .meta({
      description:
        "Port on which health, metrics and status are served. 0: any free port, which is logged (`http_listening`). `off`: nothing is served.",
    }),
  PUBLIC_HOST: z.string().default("127.0.0.1").meta({
    description:
      "Address on which the REST API and the web pages are served. If it is not a loopback address, put a proxy with TLS in front of it.",
  }),
  PUBLIC_PORT: z
    .union([z.literal("off"), whole(0, 65_535)], { error: "must be a port from 0 to 65535, or `off`" })
    .default(9180)
    .meta({
      description:
        "Port on which the REST API and the web pages are served. 0: any free port, which is logged (`public_listening`). `off`: nothing is served.",
    }),
  PUBLIC_ALLOWED_HOSTS: hosts.meta({
    description:
      "Additional host names that requests to PUBLIC_HOST may use, in the same form as HTTP_ALLOWED_HOSTS. A submission may use any name, because its signature covers it.",
  }),
  TRUSTED_PROXIES: proxies.meta({
    description:
      "Proxies whose headers X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-For are trusted: addresses and ranges such as 10.0.0.0/8, separated by commas. If a header has several values, the last one counts.",
  }),
  CORS_ORIGINS: origins.optional().meta({
    description:
      "Origins of web pages that may read the REST API in a browser, such as https://ci.example.org, separated by commas; * stands for all. Unset: all if PUBLIC_HOST is not a loopback address, otherwise none.",
  }),
  REST_MAX_BYTES: whole(1024, 256 * 1024 ** 2)
    .default(16 * 1024 ** 2)
    .meta({ description: "A posted collection that is longer gets 413.", unit: "bytes" }),
  REST_MAX_ITEMS: whole(1, 1_000_000).default(20_000).meta({
    description: "A posted collection with more items gets 413.",
    unit: "items",
  }),
  REST_BODIES_BYTES: whole(1024, 64 * 1024 ** 3)
    .default(64 * 1024 ** 2)
    .meta({
      description:
        "How much memory the bodies of all requests in progress may take together. Further requests get 503 with Retry-After. It must be at least REST_MAX_BYTES.",
      unit: "bytes",
    }),
  REST_REQUEST_MS: whole(1000, 600_000).default(30_000).meta({
    description: "How long a request may take to arrive. A slower one gets 408.",
    unit: "milliseconds",
  }),
  CREDENTIALS_KEY_FILE: z.string().optional().meta({
    description:
      "File with the keys that encrypt the secrets of REST clients in the store: one per line, each 32 random bytes in base64. The first one encrypts. Only its owner may have access to the file. Unset: secrets are stored unencrypted. See docs/credentials.md.",
  }),
  REST_JOBS_PER_MINUTE: whole(0, 1_000_000).default(220).meta({
    description:
      "The most requests of one client id to the jobs endpoint in 60 seconds, counted for all workers on the same store together. 0: no limit.",
    unit: "requests",
  }),
  REST_RESULTSETS_PER_MINUTE: whole(0, 1_000_000).default(400).meta({
    description: "The same limit for the result set endpoint.",
    unit: "requests",
  }),
  READ_API: oneOf(["auto", "true", "false"]).default("auto").meta({
    description:
      "Serve the read API, which shows everything that is stored to everybody who can reach it. auto: only where PUBLIC_HOST is a loopback address and TRUSTED_PROXIES is empty.",
  }),
  PAGES: oneOf(["auto", "true", "false"]).default("auto").meta({
    description:
      "Serve the web pages on PUBLIC_HOST. They have no login and show everything that is stored to everybody who can reach them. auto: only where PUBLIC_HOST is a loopback address and TRUSTED_PROXIES is empty.",
  }),
  OPERATE_PAGES: oneOf(["auto", "true", "false"]).default("auto").meta({
    description:
      "Serve also the pages for operators: the state of the workers, the payloads of rejected messages, and client ids. auto: the same rule as for PAGES. Without effect where PAGES is off.",
  }),
  PAGES_MAX_STREAMS: whole(0, 10_000).default(50).meta({
    description:
      "How many open pages can receive changes over a stream at the same time. One client can have half of these streams. Further pages ask every 60 seconds instead.",
    unit: "streams",
  }),
  PAGES_REMOTE_IMAGES: flag.default(false).meta({
    description:
      "Load images that publishers put into job details. The hosts of the images then learn who reads the page. If false, images are shown as links.",
  }),
  PAGES_WORKERS: workers.meta({
    description:
      "Addresses at which other workers serve their status, such as http://worker-1:9182, separated by commas. /operate also shows these workers. The HTTP_ALLOWED_HOSTS of those workers must name the host.",
  }),
  LOG_CACHE_MAX_BYTES: whole(1024 * 1024, 1024 ** 4)
    .default(2 * 1024 ** 3)
    .meta({
      description:
        "How much disk space the cached texts of logs that readers ask for may use, in DATA_DIR/log-cache. The least recently used texts are deleted first, and every text after a day.",
      unit: "bytes",
    }),
  STALL_SECONDS: whole(5, 3600)
    .default(120)
    .meta({
      description:
        "/livez fails if deliveries are in progress and none has ended for this long, unless the store is away. " +
        "It must be longer than the database driver takes to give up a write.",
      unit: "seconds",
    }),
  SHUTDOWN_MS: whole(0, 600_000).default(10_000).meta({
    description:
      "How long a shutdown waits for the batch in progress before its messages are returned to the broker.",
    unit: "milliseconds",
  }),
  HAWK_CLIENT_ID: z.string().optional().meta({
    description: "The client id with which `pulse-ingest submit` posts. A worker does not read it.",
  }),
  HAWK_SECRET: z.string().optional().meta({
    description: "The secret of that client id.",
    secret: true,
  }),
  LOG_LEVEL: oneOf(["error", "warn", "info", "debug"]).default("info").meta({
    description: "The least severe level that is written to the log.",
  }),
} as const;

export const settingsSchema = z.object(declared);
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof typeof declared;
export const settingNames = Object.keys(declared) as SettingName[];
