import { EVENT_ID, getScalarValue, parseEvents } from "js-yaml";

/** The position of a value in a YAML text, and of the values within it. */
interface Place {
  /** Offset in the text. Negative for an empty value whose position is unknown. */
  readonly start: number;
  /** The members of a mapping. Each begins at its key, because that is where people look. */
  readonly members: ReadonlyMap<string, Place>;
  readonly items: readonly Place[];
}

const LINE_END = /\r\n|\n|\r/g;

/**
 * Finds the lines of values in a YAML text, in every YAML style.
 *
 * @param text - valid YAML.
 * @returns a function from a value's path to its line, from 1. For a member of a mapping it is the line of the key, and for an
 *   item of a list the line of the value. For a missing value it is the line of the innermost existing value around it. A value
 *   that is reached through an alias or `<<` has the line of its definition.
 */
export function createLineFinder(text: string): (path: readonly PropertyKey[]) => number {
  const { root } = readPlaces(text);
  const lineStarts = lineStartsOf(text);
  return (path) => {
    let place = root;
    let start = Math.max(0, root.start);
    for (const step of path) {
      const next = typeof step === "number" ? place.items[step] : place.members.get(String(step));
      if (next === undefined) break;
      place = next;
      if (place.start >= 0) start = place.start;
    }
    return countUpTo(lineStarts, start);
  };
}

/** Returns the line, from 1, of the first key that is a list or a mapping; null if each key is a single value. */
export function lineOfComplexKey(text: string): number | null {
  const [first] = readPlaces(text).complexKeys;
  return first === undefined ? null : countUpTo(lineStartsOf(text), first);
}

function lineStartsOf(text: string): number[] {
  return [0, ...[...text.matchAll(LINE_END)].map((end) => end.index + end[0].length)];
}

/** Returns how many of the sorted numbers are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the positions of all values, and the offsets of keys that are lists or mappings. */
function readPlaces(text: string): { readonly root: Place; readonly complexKeys: readonly number[] } {
  const events = parseEvents(text, {});
  const anchors = new Map<string, Place>();
  const complexKeys: number[] = [];
  let at = 0;
  /** Offset of the end of the last scalar that has been read. */
  let readTo = 0;

  /** Reads the value that begins with the next event. */
  function read(): Place {
    const event = events[at++];
    const place: { start: number; members: Map<string, Place>; items: Place[] } = {
      start: 0,
      members: new Map(),
      items: [],
    };
    switch (event?.type) {
      case EVENT_ID.DOCUMENT:
        return isEnd() ? place : read();
      case EVENT_ID.ALIAS: {
        const known = anchors.get(text.slice(event.anchorStart, event.anchorEnd));
        return { ...(known ?? place), start: event.anchorStart };
      }
      case EVENT_ID.SCALAR:
        place.start = event.valueStart;
        readTo = Math.max(readTo, event.valueEnd);
        break;
      case EVENT_ID.SEQUENCE:
        place.start = event.start;
        while (!isEnd()) {
          const item = read();
          place.items.push(item.start < 0 ? { ...item, start: nextDash() } : item);
        }
        at++;
        break;
      case EVENT_ID.MAPPING:
        place.start = event.start;
        readMembers(place.members);
        break;
    }
    if (event !== undefined && "anchorStart" in event && event.anchorStart >= 0) {
      anchors.set(text.slice(event.anchorStart, event.anchorEnd), place);
    }
    return place;
  }

  /** Reads the members of a mapping. Members that `<<` copies have the position of their definition. */
  function readMembers(members: Map<string, Place>): void {
    const merged: Place[] = [];
    while (!isEnd()) {
      const key = events[at];
      const { start } = read();
      if (key?.type === EVENT_ID.SEQUENCE || key?.type === EVENT_ID.MAPPING) complexKeys.push(start);
      const name = key?.type === EVENT_ID.SCALAR ? getScalarValue(text, key) : "";
      const value = read();
      members.set(name, { ...value, start });
      if (name === "<<") for (const each of [value, ...value.items]) merged.push(each);
    }
    at++;
    for (const [name, member] of merged.flatMap((each) => [...each.members])) {
      if (!members.has(name)) members.set(name, member);
    }
  }

  /**
   * Returns the offset of the next dash that begins a line. It is the position of an empty item, which has no text of its own.
   */
  function nextDash(): number {
    const line = /^[ \t]*-(?=\s|$)/gm;
    line.lastIndex = readTo;
    if (line.test(text)) readTo = line.lastIndex;
    return readTo - 1;
  }

  /** Returns whether the collection that is being read ends here, or the text does. */
  function isEnd(): boolean {
    const next = events[at];
    return next === undefined || next.type === EVENT_ID.POP;
  }

  const root = events.length === 0 ? { start: 0, members: new Map(), items: [] } : read();
  return { root, complexKeys };
}
