/** The message about a log that cannot be shown. */
export interface LogTrouble {
  /** A few words that say what happened. */
  readonly heading: string;
  /** A sentence that says what the reader or the operator can do. */
  readonly advice: string;
}

const raw = "The raw log may still open in the browser.";
const later = "Try again later.";

/** The messages for the reasons of `TextFailure`. */
const troubles: Readonly<Record<string, LogTrouble>> = {
  "http-status": {
    heading: "The log no longer exists or has expired",
    advice:
      "Log hosts delete old logs, and only a new run of the job makes a new one. After HTTP status 500 or more, try again later.",
  },
  "invalid-url": {
    heading: "The log has no usable address",
    advice: "The publisher of the job has to send another URL.",
  },
  "refused-scheme": {
    heading: "Logs are fetched by http and https only",
    advice: `The publisher of the job has to send another URL. ${raw}`,
  },
  "refused-host": {
    heading: "Logs of this host are not fetched here",
    advice: `The operator decides which hosts are allowed, with the setting LOG_HOSTS. ${raw}`,
  },
  "refused-port": {
    heading: "Logs at this port are not fetched here",
    advice: `The operator decides which ports are allowed, with the setting LOG_PORTS. ${raw}`,
  },
  "refused-address": {
    heading: "Logs of internal addresses are not fetched here",
    advice: `The operator can allow them with the setting LOG_ALLOW_PRIVATE. ${raw}`,
  },
  "too-large": {
    heading: "The log is too large to be shown here",
    advice: `The operator sets the limit with LOG_MAX_BYTES. ${raw}`,
  },
  "inflates-too-far": {
    heading: "The log is too large to be shown here",
    advice: `The operator sets the limits with LOG_MAX_INFLATED_BYTES and LOG_CACHE_MAX_BYTES. ${raw}`,
  },
  "ratio-too-high": {
    heading: "The log is compressed so well that it looks like an attack",
    advice: `The operator sets the limit with LOG_MAX_RATIO. ${raw}`,
  },
  "too-many-lines": {
    heading: "The log has too many lines to be shown here",
    advice: `The operator sets the limit with LOG_MAX_LINES. ${raw}`,
  },
  "too-many-redirects": {
    heading: "The log's host redirects too often",
    advice: `The operator sets the limit with LOG_MAX_REDIRECTS. ${raw}`,
  },
  disk: {
    heading: "The log cannot be kept on the server for reading",
    advice: `The operator has to make room in DATA_DIR, or make it writable again. ${raw}`,
  },
  timeout: {
    heading: "The log's host took too long",
    advice: `${later} The operator sets the limits with LOG_TIMEOUT_MS, LOG_CONNECT_MS and LOG_IDLE_MS.`,
  },
  network: { heading: "The log's host cannot be reached", advice: later },
  "not-text": { heading: "The log cannot be shown as text", advice: raw },
  "foreign-compression": { heading: "The log's compression format is not supported", advice: raw },
  "too-many-layers": { heading: "The log is compressed more than twice", advice: raw },
  "corrupt-gzip": { heading: "The log's compressed data is corrupt", advice: raw },
  "corrupt-compression": { heading: "The log's compressed data is corrupt", advice: raw },
};

const unknown: LogTrouble = {
  heading: "The log cannot be shown",
  advice: `${later} If it happens again, the worker's own log may say more.`,
};

/** Returns the message about a log that cannot be shown. @param reason - a reason of `TextFailure`. */
export function logTrouble(reason: string): LogTrouble {
  return Object.hasOwn(troubles, reason) ? (troubles[reason] ?? unknown) : unknown;
}
