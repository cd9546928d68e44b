/** Where a key works. */
export type KeyPlace = "grid" | "log";

/** A key, or several that do the same. */
export interface KeyRow {
  readonly place: KeyPlace;
  /** As `KeyboardEvent.key`, with `Shift+` or `Ctrl+Shift+` in front where these must be held down. */
  readonly keys: readonly string[];
  readonly action: string;
  /** What it does, for people. */
  readonly meaning: string;
}

/** All keys, in the order in which the help shows them. */
export const keyRows = [
  { place: "grid", keys: ["j", "n"], action: "next-failure", meaning: "next unclassified failure" },
  { place: "grid", keys: ["k", "p"], action: "previous-failure", meaning: "previous unclassified failure" },
  { place: "grid", keys: ["ArrowRight"], action: "next-job", meaning: "next job" },
  { place: "grid", keys: ["ArrowLeft"], action: "previous-job", meaning: "previous job" },
  { place: "grid", keys: ["ArrowDown"], action: "next-row", meaning: "next platform" },
  { place: "grid", keys: ["ArrowUp"], action: "previous-row", meaning: "previous platform" },
  { place: "grid", keys: ["Enter"], action: "open", meaning: "open the job below the grid" },
  { place: "grid", keys: ["l"], action: "log", meaning: "log of the job" },
  { place: "grid", keys: ["Shift+L"], action: "raw-log", meaning: "raw log of the job" },
  { place: "grid", keys: ["t"], action: "next-tab", meaning: "next tab of the job" },
  { place: "grid", keys: ["f"], action: "filter", meaning: "filter the jobs by a text" },
  { place: "grid", keys: ["Ctrl+Shift+F"], action: "clear-filter", meaning: "remove the filter" },
  {
    place: "grid",
    keys: ["u"],
    action: "unclassified",
    meaning: "unclassified failures only, or all jobs again",
  },
  { place: "grid", keys: ["i"], action: "progress", meaning: "hide or show pending and running jobs" },
  { place: "grid", keys: ["x"], action: "groups", meaning: "open or close all groups" },
  { place: "grid", keys: ["Escape"], action: "close", meaning: "close the job" },
  { place: "grid", keys: ["?"], action: "help", meaning: "this help" },
  { place: "log", keys: ["n"], action: "next-error", meaning: "next failing line" },
  { place: "log", keys: ["p"], action: "previous-error", meaning: "previous failing line" },
  { place: "log", keys: ["f"], action: "find", meaning: "find a text in the whole log" },
  { place: "log", keys: ["Enter"], action: "next-hit", meaning: "next line with that text" },
  { place: "log", keys: ["Shift+Enter"], action: "previous-hit", meaning: "previous line with that text" },
  { place: "log", keys: ["e"], action: "errors-only", meaning: "failing lines only, or all lines again" },
  { place: "log", keys: ["s"], action: "successful-steps", meaning: "hide or show successful steps" },
  { place: "log", keys: ["c"], action: "copy", meaning: "copy the selected lines" },
  { place: "log", keys: ["Home"], action: "top", meaning: "first line" },
  { place: "log", keys: ["End"], action: "end", meaning: "last line" },
  { place: "log", keys: ["Shift+L"], action: "raw-log", meaning: "raw log" },
  { place: "log", keys: ["?"], action: "help", meaning: "this help" },
] as const satisfies readonly KeyRow[];

type ActionAt<Place extends KeyPlace> = Extract<(typeof keyRows)[number], { place: Place }>["action"];

/** What the keys of a place do. */
interface KeyActions {
  readonly grid: ActionAt<"grid">;
  readonly log: ActionAt<"log">;
}

export type KeyAction<Place extends KeyPlace> = KeyActions[Place];

/** The members of a `KeyboardEvent` that tell which key was pressed. */
export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Returns what a key does at a place; null if it does nothing there.
 *
 * @param hasSingleKeys - whether single letters and signs work. People who speak to their computer turn them off.
 */
export function findAction<Place extends KeyPlace>(
  place: Place,
  press: KeyPress,
  hasSingleKeys: boolean,
): KeyAction<Place> | null {
  const pressed = keyName(press);
  const row = keyRows.find((each) => each.place === place && each.keys.some((key) => key === pressed));
  if (row === undefined || (isSingleKey(pressed) && !hasSingleKeys)) return null;
  return row.action as KeyAction<Place>;
}

/** Returns a press as the table names it. The sign `?` needs Shift on some keyboards only, so Shift counts with letters and named keys. */
function keyName({ key, shiftKey, ctrlKey, altKey, metaKey }: KeyPress): string {
  if (altKey || metaKey || (ctrlKey && !shiftKey)) return "";
  const isLetter = /^\p{L}$/u.test(key);
  const isSign = key.length === 1 && !isLetter;
  const held = `${ctrlKey ? "Ctrl+" : ""}${shiftKey && !isSign ? "Shift+" : ""}`;
  return `${held}${isLetter ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key}`;
}

/** Returns whether a key of the table is a single letter or sign, with or without Shift. */
export function isSingleKey(name: string): boolean {
  return name.replace(/^Shift\+/, "").length === 1;
}

const shownNames: Readonly<Record<string, string>> = {
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowDown: "↓",
  ArrowUp: "↑",
  Escape: "Esc",
};

/** Returns the name of a key as it is written on keyboards. */
export function shownKey(name: string): string {
  return shownNames[name] ?? name;
}
