import type { ItemVerdict } from "./post-answer.ts";
import type { DataFault, FailedProperty } from "./structure-rules.ts";

/** The base of all errors of this library. No message holds a secret. */
export class TreeherderClientError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A member of the data is missing, or has the wrong type or length. Nothing has been sent. */
export class ValidationError extends TreeherderClientError {
  /** All faults of the item, not only the one in the message. */
  readonly faults: readonly DataFault[];

  constructor(
    structure: string,
    { property, problems }: FailedProperty,
    json: string,
    faults: readonly DataFault[],
  ) {
    const lines = problems.map((problem) => `\t${problem}\n`).join("");
    super(`${structure} structure validation errors detected for property:${property}\n${lines}\n${json}\n`);
    this.faults = faults;
  }
}

/** The server has not stored some items of a collection. Rejected items must be changed before they are posted again. */
export class RejectedError extends TreeherderClientError {
  readonly rejected: readonly ItemVerdict[];

  constructor(rejected: readonly ItemVerdict[], items: number) {
    const shown = rejected
      .slice(0, MAX_SHOWN)
      .map(
        ({
          index,
          outcome,
          errors: [{ pointer, message } = { pointer: "", message: "no reason given" }],
        }) => {
          const place = pointer === "" ? `item ${index}` : `item ${index} at ${pointer}`;
          return `  ${place}: ${outcome}: ${message}`;
        },
      );
    const more = rejected.length > MAX_SHOWN ? [`  and ${rejected.length - MAX_SHOWN} more`] : [];
    super([`${rejected.length} of ${items} items were not stored:`, ...shown, ...more].join("\n"));
    this.rejected = rejected;
  }
}
const MAX_SHOWN = 10;

/** The server refused the request or could not answer it. */
export class RequestError extends TreeherderClientError {
  /** The status of the answer; null if there was none. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * There was no answer: nothing listens at the address, the connection was lost, or the request timed out. Posting again does no
 * harm.
 */
export class UnreachableError extends RequestError {}

/** The server is too busy, or its store is away. Post again later. */
export class ThrottledError extends RequestError {
  /** How long the server asks to wait, in seconds. */
  readonly retryAfterSeconds: number;

  constructor(message: string, status: number, retryAfterSeconds: number) {
    super(message, status);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The server does not accept the credentials, or not for this project (status 403). */
export class AuthenticationError extends RequestError {}

/** This machine's clock and the server's differ by more than a minute. */
export class ClockError extends AuthenticationError {}

/** The server does not know the client id, or the id has been revoked. */
export class UnknownClientError extends AuthenticationError {}

/** `waitFor` has timed out. */
export class WaitTimeoutError extends TreeherderClientError {}
