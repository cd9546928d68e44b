import { MongoBulkWriteError, MongoError, MongoInvalidArgumentError, MongoServerError } from "mongodb";
import { Misuse, Refused, Unavailable } from "../../domain/faults.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";

const DUPLICATE = 11000;
/** Bad value, key too long, document too large: the document's fault on any of the servers, however often it is tried. */
const documentFaults: readonly unknown[] = [2, 17280, 17419, 10334];
/** Index options conflict, index key specs conflict: servers, and versions of one, differ in which it is. */
const takenNames: readonly unknown[] = [85, 86];

/** Invalid namespace; a database whose name differs from this one only in upper and lower case. */
const refusedNames: readonly unknown[] = [73, 13297];

/** Rights are the operator's, and never a document's fault, though another collection may still be written to. */
const UNAUTHORIZED = 13;

/**
 * What a driver's error means: the world's fault unless the server blames the document. A server whose own database is
 * down answers with ordinary errors, so what is not known is taken for passing; but see {@link blamed}.
 */
export function asUnavailable(error: unknown): unknown {
  // A connection that breaks while the driver writes to it: the socket's own error comes through as it is.
  if (isSystemError(error)) return new Unavailable("store", String(error.message), error);
  // The driver itself refuses what it cannot send, such as a document that is too large.
  if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) return error;
  if (error instanceof MongoServerError && documentFaults.includes(error.code)) return error;
  return new Unavailable("store", blankUrls(error.message), error);
}

/** What a server says that will never take the name of the database; null for any other error. */
export function refusedName(error: unknown): Misuse | null {
  if (!(error instanceof MongoServerError) || !refusedNames.includes(error.code)) return null;
  return new Misuse([
    `MONGODB_URL: the server does not take the name of the database: ${blankUrls(error.message)}`,
  ]);
}

/**
 * Whose fault an answer is that is on no list: of a server that takes another write at this moment it is that of what was
 * written; one that does not is away, whatever it calls it.
 *
 * @param otherWrite - of nobody's words.
 * @returns the error to throw. @throws as `otherWrite` does.
 */
export async function blamed(error: unknown, otherWrite: () => Promise<unknown>): Promise<unknown> {
  if (!isAnswer(error) || documentFaults.includes(error.code) || error.code === UNAUTHORIZED) return error;
  await otherWrite();
  return new Refused(blankUrls(error.message), error);
}

/** In a bulk the driver calls whatever went wrong the server's, also a connection that was lost. */
function isAnswer(error: unknown): error is MongoServerError {
  if (!(error instanceof MongoServerError)) return false;
  const { errorResponse: inner } = error;
  return !(inner instanceof MongoError) || inner instanceof MongoServerError;
}

/** Of the operating system, e.g. `write ECONNRESET`. */
function isSystemError(error: unknown): error is { readonly message: unknown } {
  return typeof error === "object" && error !== null && "message" in error && "syscall" in error;
}

/**
 * Waits for an unordered insert; documents that are there already are as good as written.
 *
 * @returns false where some were there.
 */
export async function ignoreDuplicates(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const faults = [error.writeErrors].flat();
    if (faults.length === 0 || faults.some(({ code }) => code !== DUPLICATE)) throw error;
    return false;
  }
}

/** Did the server refuse some of a bulk only because another writer was there first? */
export function isLostRace(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE;
}

/** Is an index there already under the name of the one that was to be made, and another one? */
export function isTakenName(error: unknown): boolean {
  return error instanceof MongoServerError && takenNames.includes(error.code);
}

/**
 * Of a bulk that went wrong, the writes that were not done and may go through when they are tried again.
 *
 * @returns their indexes; null: nobody knows which of them were done, or one of them is to blame itself.
 */
export function retriableOf(error: unknown): ReadonlySet<number> | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const faults = [error.writeErrors].flat();
  if (faults.length === 0 || faults.some(({ code }) => documentFaults.includes(code))) return null;
  return new Set(faults.map(({ index }) => index));
}
