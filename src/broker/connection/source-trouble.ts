import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

/** What went wrong with the broker, as fields for the log, without the password. The hint says what to do, if that is known. */
export interface SourceTrouble {
  readonly error: string;
  readonly hint?: string;
}

/** Hints by the AMQP 0-9-1 code with which a queue is refused. The broker's message names the queue and the argument. */
const hints: Readonly<Record<string, string>> = {
  403: "this user lacks the right: it needs those to its own queue/<user>/.*, and to read the exchanges",
  405: "another connection has the queue for itself: a private queue of this name, or a dead connection that the broker has not noticed yet",
  406: "the queue exists with other arguments: set QUEUE_TYPE to what it is, name another by QUEUE_NAME, or drain and delete it",
};

/** Explains an error of amqplib, or of the settings that hold the broker's address. Pure. */
export function sourceTrouble(error: unknown): SourceTrouble {
  const message =
    error instanceof Misuse
      ? error.problems.join("; ")
      : error instanceof Error
        ? error.message
        : String(error);
  const hint = hints[errorCode(error)];
  return { error: blankUrls(message), ...(hint === undefined ? {} : { hint }) };
}
