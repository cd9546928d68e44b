import { MongoBulkWriteError, MongoError, MongoInvalidArgumentError, MongoServerError } from "mongodb";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse, Refused, Unavailable } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

const DUPLICATE = 11000;
/** Bad value, key too long, document too large. On every server, the document is at fault, so a retry cannot succeed. */
const documentFaults: readonly unknown[] = [2, 17280, 17419, 10334];
/** Index options conflict, index key specs conflict. Which of the two is reported depends on the server and its version. */
const takenNames: readonly unknown[] = [85, 86];

/** Invalid namespace; database name differs from an existing one only in case. */
const refusedNames: readonly unknown[] = [73, 13297];

/** Unauthorized. The operator must grant rights. The document is not at fault, even if other collections can still be written to. */
const UNAUTHORIZED = 13;

/**
 * Translates a driver's error into `Unavailable`, unless the document is at fault. A server whose own database is down answers with
 * ordinary errors, so an unknown error may be temporary; but see {@link blamed}.
 */
export function asUnavailable(error: unknown): unknown {
  // If a connection breaks while the driver writes to it, the driver throws the socket's error unchanged.
  if (isSocketError(error)) return new Unavailable("store", inWords(String(error.message)), error);
  // The driver itself refuses documents that it cannot send, such as one that is too large.
  if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) return error;
  if (error instanceof MongoServerError && documentFaults.includes(error.code)) return error;
  return new Unavailable("store", inWords(blankUrls(error.message)), error);
}

/** The driver's messages about failed connections, and what to say instead. */
const connectionFailures: readonly (readonly [sign: RegExp, words: (place: string) => string])[] = [
  [
    /^connect ECONNREFUSED (\S+)$/,
    (place) =>
      `nothing is listening at ${place}: check that the database is running, and that the host and the port are right`,
  ],
  [
    /^getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)$/,
    (place) => `the host name ${place} cannot be resolved: check its spelling, and the DNS`,
  ],
  [
    /^querySrv (?:ENOTFOUND|ENODATA) _mongodb\._tcp\.(\S+)$/,
    (place) => `the host name ${place} has no SRV record: check its spelling, or use mongodb://`,
  ],
  [
    // The monitor is the driver's own connection, with which it watches the server.
    /^connection <monitor> to (\S+) closed$/,
    (place) =>
      `${place} has closed the connection: if this goes on, check that a database listens there, and whether it expects TLS (tls=true)`,
  ],
  [
    /^Server selection timed out after (\d+) ms$/,
    (ms) =>
      `no server that can be used has answered within ${ms} ms: check the hosts and ports, whether they expect TLS, and replicaSet if it is given`,
  ],
];

function inWords(message: string): string {
  for (const [sign, words] of connectionFailures) {
    const [, place] = sign.exec(message) ?? [];
    if (place !== undefined) return words(place);
  }
  return message;
}

/** Returns the Misuse to throw if the server does not accept the name of the database; null for any other error. */
export function refusedName(error: unknown): Misuse | null {
  if (!(error instanceof MongoServerError) || !refusedNames.includes(error.code)) return null;
  return new Misuse([
    `MONGODB_URL: the server does not accept the name of the database: ${blankUrls(error.message)}`,
  ]);
}

/**
 * Determines the cause of an unknown error. If the server accepts another write now, the failed write is at fault. Otherwise the
 * server is unavailable, no matter what its error says.
 *
 * @param otherWrite - a write that contains no data from publishers.
 * @returns the error to throw.
 * @throws errors of `otherWrite`.
 */
export async function blamed(error: unknown, otherWrite: () => Promise<unknown>): Promise<unknown> {
  if (!isAnswer(error) || documentFaults.includes(error.code) || error.code === UNAUTHORIZED) return error;
  await otherWrite();
  return new Refused(blankUrls(error.message), error);
}

/** Returns whether the server sent this error. For a bulk write, the driver reports even a lost connection as a server error. */
function isAnswer(error: unknown): error is MongoServerError {
  if (!(error instanceof MongoServerError)) return false;
  const { errorResponse: inner } = error;
  return !(inner instanceof MongoError) || inner instanceof MongoServerError;
}

/**
 * The codes of socket errors: those of the operating system, such as `ECONNRESET`, and those of Node.js. Node.js also creates errors
 * with the codes `EPIPE` and `ECONNRESET` itself, without a system call.
 */
const SOCKET_CODE = /^(E[A-Z0-9]+|ERR_(SOCKET|STREAM|TLS|SSL)_\w+)$/;

function isSocketError(error: unknown): error is { readonly message: unknown } {
  if (typeof error !== "object" || error === null || !("message" in error)) return false;
  return SOCKET_CODE.test(errorCode(error));
}

/**
 * Waits for an unordered insert. Documents that already exist count as written.
 *
 * @returns the indexes of the documents that already existed.
 */
export async function duplicatesOf(write: Promise<unknown>): Promise<ReadonlySet<number>> {
  try {
    await write;
    return new Set();
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const faults = [error.writeErrors].flat();
    if (faults.length === 0 || faults.some(({ code }) => code !== DUPLICATE)) throw error;
    return new Set(faults.map(({ index }) => index));
  }
}

/** Like {@link duplicatesOf}, but returns false if any document already existed. */
export async function ignoreDuplicates(write: Promise<unknown>): Promise<boolean> {
  return (await duplicatesOf(write)).size === 0;
}

/** Returns whether the server refused a write only because another writer was faster. */
export function isLostRace(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE;
}

/** Returns whether an index could not be created because a different index has the same name. */
export function isTakenName(error: unknown): boolean {
  return error instanceof MongoServerError && takenNames.includes(error.code);
}

/**
 * Returns the indexes of the writes of a failed bulk write that were not done, and may succeed when retried. Returns null if it is
 * unknown which writes were done, or if one of them is itself at fault.
 */
export function retriableOf(error: unknown): ReadonlySet<number> | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const faults = [error.writeErrors].flat();
  if (faults.length === 0 || faults.some(({ code }) => documentFaults.includes(code))) return null;
  return new Set(faults.map(({ index }) => index));
}
