/** A part of the pages where keys work. */
export type KeyPlace = "grid" | "log";

/** One or more keys that do the same. */
export interface KeyRow {
  readonly place: KeyPlace;
  /** Values of `KeyboardEvent.key`, with `Shift+` or `Ctrl+Shift+` in front if these must be held down. */
  readonly keys: readonly string[];
  /** See `keyMeanings`. */
  readonly action: string;
}

/** All keys, in the order in which the help shows them. */
export const keyRows = [
  { place: "grid", keys: ["j", "n"], action: "next-failure" },
  { place: "grid", keys: ["k", "p"], action: "previous-failure" },
  { place: "grid", keys: ["ArrowRight"], action: "next-job" },
  { place: "grid", keys: ["ArrowLeft"], action: "previous-job" },
  { place: "grid", keys: ["ArrowDown"], action: "next-row" },
  { place: "grid", keys: ["ArrowUp"], action: "previous-row" },
  { place: "grid", keys: ["Enter"], action: "open" },
  { place: "grid", keys: ["l"], action: "log" },
  { place: "grid", keys: ["Shift+L"], action: "raw-log" },
  { place: "grid", keys: ["t"], action: "next-tab" },
  { place: "grid", keys: ["f"], action: "filter" },
  { place: "grid", keys: ["Ctrl+Shift+F"], action: "clear-filter" },
  { place: "grid", keys: ["u"], action: "unclassified" },
  { place: "grid", keys: ["i"], action: "progress" },
  { place: "grid", keys: ["x"], action: "groups" },
  { place: "grid", keys: ["Escape"], action: "close" },
  { place: "grid", keys: ["?"], action: "help" },
  { place: "log", keys: ["n"], action: "next-error" },
  { place: "log", keys: ["p"], action: "previous-error" },
  { place: "log", keys: ["f"], action: "find" },
  { place: "log", keys: ["Enter"], action: "next-hit" },
  { place: "log", keys: ["Shift+Enter"], action: "previous-hit" },
  { place: "log", keys: ["e"], action: "errors-only" },
  { place: "log", keys: ["s"], action: "successful-steps" },
  { place: "log", keys: ["c"], action: "copy" },
  { place: "log", keys: ["Home"], action: "top" },
  { place: "log", keys: ["End"], action: "end" },
  { place: "log", keys: ["Shift+L"], action: "raw-log" },
  { place: "log", keys: ["?"], action: "help" },
] as const satisfies readonly KeyRow[];

type ActionAt<Place extends KeyPlace> = Extract<(typeof keyRows)[number], { place: Place }>["action"];

/** The actions of the keys at each place. */
export interface KeyActions {
  readonly grid: ActionAt<"grid">;
  readonly log: ActionAt<"log">;
}

export type KeyAction<Place extends KeyPlace> = KeyActions[Place];

/** The members of a `KeyboardEvent` that identify the pressed key. */
export interface KeyPress {
  readonly key: string;
  /** The physical key, such as `KeyJ`. It is used only for letters that are not Latin. */
  readonly code?: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Returns the action of a key at a place; null if it has none there.
 *
 * @param hasSingleKeys - whether single letters and signs work. People who control the computer by voice turn them off.
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

/** Returns the name of a pressed key as in `keyRows`. Shift is ignored with signs, because `?` needs Shift only on some keyboards. */
function keyName(press: KeyPress): string {
  const { shiftKey, ctrlKey, altKey, metaKey } = press;
  if (altKey || metaKey || (ctrlKey && !shiftKey)) return "";
  const key = latinKey(press);
  const isLetter = /^\p{L}$/u.test(key);
  const isSign = key.length === 1 && !isLetter;
  const held = `${ctrlKey ? "Ctrl+" : ""}${shiftKey && !isSign ? "Shift+" : ""}`;
  const letter = shiftKey ? key.toUpperCase() : key.toLowerCase();
  return held + (isLetter ? letter : key);
}

/** Returns the key. For a letter that is not Latin, such as a Cyrillic one, returns the Latin letter on the same physical key. */
function latinKey({ key, code = "" }: KeyPress): string {
  const isOther = /^[^\P{L}\p{Script=Latin}]$/u.test(key) && code.startsWith("Key");
  return isOther ? code.slice("Key".length) : key;
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
