import winston from "winston";
import { Refused, Unavailable } from "./domain/faults.ts";
import { blankSecrets } from "./domain/text/blank-url.ts";
import { escapeInvisibleLines } from "./domain/text/escape-invisible.ts";

/** A structured log. It has one line for each noteworthy event, and none for an ordinary message. */
export interface Log {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
}

/**
 * The fields of a line, with names in snake_case. An Error is written with its name, message, stack and cause, but `Unavailable` and
 * `Refused` only with name and message.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Returns a log that writes lines of JSON to standard output. Each line begins with `time`, `level` and `event`. Credentials in URLs are
 * blanked, and invisible characters are escaped.
 *
 * @param level - the least important level that is written.
 */
export function createLog(level: "error" | "warn" | "info" | "debug"): Log {
  const line = winston.format.printf(({ level, message, fields }) => {
    const shown = { time: new Date().toISOString(), level, event: message, ...(fields as LogFields) };
    const json = JSON.stringify(shown, (_key, value: unknown) =>
      value instanceof Error ? errorFields(value) : value,
    );
    return escapeInvisibleLines(blankSecrets(json));
  });
  const logger = winston.createLogger({
    level,
    format: line,
    transports: [new winston.transports.Console()],
  });
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      logger.log({ level, message: event, fields });
    };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

function errorFields(error: Error): LogFields {
  // An outage repeats these errors many times, and their message says everything, so the stack is left out.
  if (error instanceof Unavailable || error instanceof Refused)
    return { name: error.name, message: error.message };
  const cause = error.cause instanceof Error ? { cause: errorFields(error.cause) } : {};
  return { name: error.name, message: error.message, stack: error.stack, ...cause };
}
