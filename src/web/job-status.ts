/** The look of jobs with one status, and the word for counting them. */
export interface StatusLook {
  /** The class of their buttons. */
  readonly button: string;
  /** The word for them in counts: `14 success jobs in M`. */
  readonly word: string;
}

/** The statuses with a look of their own, in the order in which a group counts them. @see spec/ui.md, section 5 */
export const statusLooks = {
  success: { button: "btn-green", word: "success" },
  testfailed: { button: "btn-orange", word: "failed" },
  busted: { button: "btn-red", word: "busted" },
  exception: { button: "btn-purple", word: "exception" },
  retry: { button: "btn-dkblue", word: "retry" },
  usercancel: { button: "btn-pink", word: "cancel" },
  running: { button: "btn-dkgray", word: "running" },
  pending: { button: "btn-ltgray", word: "pending" },
  coalesced: { button: "btn-ltblue", word: "coalesced" },
  unknown: { button: "btn-yellow", word: "unknown" },
} as const satisfies Readonly<Record<string, StatusLook>>;

/** The statuses of a job that has failed. */
export const failureStatuses: readonly string[] = ["testfailed", "busted", "exception"];
/** The statuses of a job that has not ended. */
export const progressStatuses: readonly string[] = ["pending", "running"];

/** Classifications of a failure that nobody has explained yet: not classified, and classified by a program. */
const UNCLASSIFIED = [1, 7];
const AUTOCLASSIFIED = 7;

/**
 * Returns the status of a job: its result if it is completed, otherwise `coalesced` if another job has taken its place, otherwise its
 * state. A completed job without a result is `unknown`.
 */
export function jobStatus(state: string, result: string | null, isCoalesced: boolean): string {
  if (state === "completed") return result ?? "unknown";
  return isCoalesced ? "coalesced" : state;
}

export function isFailure(status: string): boolean {
  return failureStatuses.includes(status);
}

/** Returns whether a failure still needs a person to look at it. */
export function isUnclassified(classification: number): boolean {
  return UNCLASSIFIED.includes(classification);
}

/** Returns the class of a job's button. Any status without a look of its own, such as `skipped`, is drawn plain. */
export function buttonClass(status: string, classification: number): string {
  const button = lookOf(status)?.button ?? "btn-default";
  if (classification <= 1) return button;
  return `${button}-classified${classification === AUTOCLASSIFIED ? " autoclassified" : ""}`;
}

/** Returns the word for counting jobs with a status, such as `failed`. */
export function countWord(status: string, classification: number): string {
  const word = lookOf(status)?.word ?? status;
  return classification > 1 ? `classified ${word}` : word;
}

/** Returns the class of the shaded background that shows a job's status. */
export function shadingClass(status: string): string {
  // A status may be any text that a client has posted. A class name must not contain spaces.
  return `result-status-shading-${lookOf(status) === undefined && status !== "skipped" ? "other" : status}`;
}

/** Returns the sort position of a status. Statuses without a look of their own come last. */
export function statusPosition(status: string): number {
  const position = Object.keys(statusLooks).indexOf(status);
  return position === -1 ? Object.keys(statusLooks).length : position;
}

function lookOf(status: string): StatusLook | undefined {
  return Object.hasOwn(statusLooks, status) ? statusLooks[status as keyof typeof statusLooks] : undefined;
}
