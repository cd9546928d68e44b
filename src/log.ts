import winston from "winston";
import { Refused, Unavailable } from "./domain/faults.ts";
import { blankSecrets } from "./domain/text/blank-url.ts";
import { escapeInvisibleLines } from "./domain/text/escape-invisible.ts";

/** One line per noteworthy event, none per ordinary message. */
export interface Log {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
}

/** Names in snake_case; an `error` may be an Error, of which name, message and (except for the world's failures) stack are written. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The logger: JSON lines on standard output, `time`, `level` and `event` first, credentials in URLs blanked, invisible characters escaped.
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
  // The world's failure: its message says all, and it comes again and again while an outage lasts.
  if (error instanceof Unavailable || error instanceof Refused)
    return { name: error.name, message: error.message };
  const cause = error.cause instanceof Error ? { cause: errorFields(error.cause) } : {};
  return { name: error.name, message: error.message, stack: error.stack, ...cause };
}
