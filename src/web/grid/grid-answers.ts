import type { JobCell } from "../../domain/job-cell.ts";
import type { ShownPush, ShownRevision } from "./shown-push.ts";

/** The server's answer about the jobs of pushes. Events have the same form. */
export interface CellsAnswer {
  /** The position after which to request later changes. */
  readonly position: string;
  readonly pushes: readonly CellsOfPush[];
}

export interface CellsOfPush {
  /** The first 12 characters of the revision. */
  readonly revision: string;
  /** Whether `cells` contains all jobs of the push, so that any other job no longer exists. */
  readonly isComplete: boolean;
  readonly cells: readonly JobCell[];
  /** Guids of the jobs in `cells` that have been coalesced into another job. */
  readonly coalesced: readonly string[];
  /** Guids of jobs that the push no longer has. */
  readonly gone: readonly string[];
  /** Whether the next events contain more of this push. A list that began with `isComplete` is complete only with the last of them. */
  readonly more: boolean;
}

export interface PushesAnswer {
  readonly pushes: readonly ShownPush[];
  /** The cursor of the next page; null at the end of the list. */
  readonly next: string | null;
}

/** The data of a `changes` event. */
export interface ChangesEvent extends CellsAnswer {
  /** Pushes that are new, or whose details have arrived. */
  readonly heads: readonly ShownPush[];
}

/** The data of an `unwatched` event. */
export interface UnwatchedEvent {
  readonly revisions: readonly string[];
}

// The browser checks each answer, because a page that stays open may get one from another version of the server.

export function isCellsAnswer(value: unknown): value is CellsAnswer {
  return isObject(value) && typeof value["position"] === "string" && isListOf(value["pushes"], isCellsOfPush);
}

export function isPushesAnswer(value: unknown): value is PushesAnswer {
  return isObject(value) && isListOf(value["pushes"], isShownPush) && isTextOrNull(value["next"]);
}

export function isChangesEvent(value: unknown): value is ChangesEvent {
  return isCellsAnswer(value) && "heads" in value && isListOf(value.heads, isShownPush);
}

export function isUnwatchedEvent(value: unknown): value is UnwatchedEvent {
  return isObject(value) && isListOf(value["revisions"], isText);
}

function isCellsOfPush(value: unknown): value is CellsOfPush {
  return (
    isObject(value) &&
    isText(value["revision"]) &&
    typeof value["isComplete"] === "boolean" &&
    isListOf(value["cells"], isCell) &&
    isListOf(value["coalesced"], isText) &&
    isListOf(value["gone"], isText) &&
    typeof value["more"] === "boolean"
  );
}

/** The type of each member of a cell. */
const cellMembers: readonly ((value: unknown) => boolean)[] = [
  ...[isText, isText, isTextOrNull, isNumber, isNumber, isText, isText, isText, isText, isText],
  ...[(value: unknown) => isListOf(value, isText), isNumber, isNumber, isNumber, isNumber],
];

function isCell(value: unknown): value is JobCell {
  return Array.isArray(value) && cellMembers.every((isMember, place) => isMember(value[place]));
}

function isShownPush(value: unknown): value is ShownPush {
  return (
    isObject(value) &&
    isText(value["revision"]) &&
    isText(value["author"]) &&
    isNumber(value["at"]) &&
    typeof value["isSkeleton"] === "boolean" &&
    isListOf(value["revisions"], isShownRevision) &&
    isNumber(value["more"])
  );
}

function isShownRevision(value: unknown): value is ShownRevision {
  return isObject(value) && isText(value["revision"]) && isText(value["author"]) && isText(value["comment"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, isMember: (member: unknown) => member is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isMember);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
