import { EVENT_ID, getScalarValue, parseEvents } from "js-yaml";

/** A value of a YAML text, with where it and its parts begin. */
interface Place {
  /** Offset in the text. */
  readonly start: number;
  /** Of a mapping: by key, which is where a person looks. */
  readonly members: ReadonlyMap<string, Place>;
  readonly items: readonly Place[];
}

const LINE_END = /\r\n|\n|\r/g;

/**
 * Tells where the values of a YAML text stand, in whichever style they are written.
 *
 * @param text - YAML that can be parsed.
 * @returns for the path of a value its line, from 1: of its key, or of its own beginning in a list. What is not there
 *   stands where the innermost value around it does; what is behind an alias or `<<`, where it is written.
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

/** How many of the sorted numbers are at most this one. */
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

  /** The value that begins with the next event. */
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

  /** The members of a mapping; what it takes over by `<<` stands where it is written. */
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

  /** Of the collection that is being read, or of the text. */
  function isEnd(): boolean {
    const next = events[at];
    return next === undefined || next.type === EVENT_ID.POP;
  }

  return events.length === 0 ? { start: 0, members: new Map(), items: [] } : read();
}
