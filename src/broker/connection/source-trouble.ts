import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

/** Log fields that describe a problem with the broker, without the password. The hint, if known, says what to do. */
export interface SourceTrouble {
  readonly error: string;
  readonly hint?: string;
}

/** Hints by the AMQP 0-9-1 reply code with which the broker refuses a queue. The broker's message names the queue and the argument. */
const hints: Readonly<Record<string, string>> = {
  403: "this user lacks a permission: it needs full access to its own queue/<user>/.*, and read access to the exchanges",
  405: "another connection uses the queue exclusively: a private queue has this name, or the broker has not noticed yet that a connection is dead",
  406: "the queue exists with other arguments: set QUEUE_TYPE to the queue's type, choose another QUEUE_NAME, or drain and delete the queue",
};

/** Explains an error from amqplib, or from reading the setting of the broker's address. Pure. */
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
