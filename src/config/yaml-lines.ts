import { EVENT_ID, getScalarValue, parseEvents } from "js-yaml";

/** Where a value of a YAML text and its parts begin. */
interface Place {
  /** Offset in the text. */
  readonly start: number;
  /** The members of a mapping. Each begins at its key, which is where a person looks. */
  readonly members: ReadonlyMap<string, Place>;
  readonly items: readonly Place[];
}

const LINE_END = /\r\n|\n|\r/g;

/**
 * Finds the lines of values in a YAML text, in every style of writing.
 *
 * @param text - valid YAML.
 * @returns a function from a value's path to its line, from 1. In a mapping it is the line of the key, in a list the
 *   line of the value. For a missing value it is the line of the innermost value around it. A value behind an alias or
 *   `<<` has the line where it is written.
 */
export function createLineFinder(text: string): (path: readonly PropertyKey[]) => number {
  const root = readPlaces(text);
  const lineStarts = [0, ...[...text.matchAll(LINE_END)].map((end) => end.index + end[0].length)];
  return (path) => {
    let place = root;
    for (const step of path) {
      const next = typeof step === "number" ? place.items[step] : place.members.get(String(step));
      if (next === undefined) break;
      place = next;
    }
    return countUpTo(lineStarts, place.start);
  };
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

function readPlaces(text: string): Place {
  const events = parseEvents(text, {});
  const anchors = new Map<string, Place>();
  let at = 0;

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
        break;
      case EVENT_ID.SEQUENCE:
        place.start = event.start;
        while (!isEnd()) place.items.push(read());
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

  /** Reads the members of a mapping. Members copied by `<<` keep the place where they are written. */
  function readMembers(members: Map<string, Place>): void {
    const merged: Place[] = [];
    while (!isEnd()) {
      const key = events[at];
      const { start } = read();
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

  /** Returns whether the collection that is being read, or the text, ends here. */
  function isEnd(): boolean {
    const next = events[at];
    return next === undefined || next.type === EVENT_ID.POP;
  }

  return events.length === 0 ? { start: 0, members: new Map(), items: [] } : read();
}
