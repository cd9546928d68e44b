import { describe, expect, it } from "@jest/globals";
import {
  findAction,
  isSingleKey,
  type KeyPress,
  type KeyRow,
  keyRows,
  shownKey,
} from "../../src/web/keys.ts";

/** Returns the event that a browser sends for a key of the table. */
function pressOf(name: string, held: Partial<KeyPress> = {}): KeyPress {
  const parts = name.split("+");
  const press = {
    ...{ key: parts.at(-1) ?? "", altKey: false, metaKey: false },
    ...{ ctrlKey: parts.includes("Ctrl"), shiftKey: parts.includes("Shift") },
  };
  return { ...press, ...held };
}

const rows: readonly KeyRow[] = keyRows;

describe.each(rows)("$place: $keys", ({ place, keys, action }) => {
  it.each(keys)(`%s means ${action}, only there`, (key) => {
    expect(findAction(place, pressOf(key), true)).toBe(action);
    const elsewhere = rows.filter((row) => row.place !== place && row.keys.includes(key));
    if (elsewhere.length === 0)
      expect(findAction(place === "grid" ? "log" : "grid", pressOf(key), true)).toBeNull();
  });

  it.each(keys)("%s does nothing with Alt, Meta or Ctrl", (key) => {
    for (const held of [{ altKey: true }, { metaKey: true }]) {
      expect(findAction(place, pressOf(key, held), true)).toBeNull();
    }
    if (!key.includes("Ctrl")) expect(findAction(place, pressOf(key, { ctrlKey: true }), true)).toBeNull();
  });

  it.each(keys)("%s does nothing while single-key shortcuts are off, if it is one", (key) => {
    expect(findAction(place, pressOf(key), false)).toBe(isSingleKey(key) ? null : action);
  });
});

it("no key has two meanings in one place", () => {
  for (const place of ["grid", "log"] as const) {
    const keys = rows.filter((row) => row.place === place).flatMap((row) => row.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  }
});

it("a sign counts whether or not it needs Shift on a keyboard, and Caps Lock changes no letter", () => {
  expect(findAction("grid", pressOf("?", { shiftKey: true }), true)).toBe("help");
  expect(findAction("grid", pressOf("?"), true)).toBe("help");
  expect(findAction("grid", pressOf("J"), true)).toBe("next-failure");
  expect(findAction("grid", pressOf("j", { shiftKey: true }), true)).toBeNull();
});

it.each([
  [{ key: "о", code: "KeyJ" }, "next-failure"],
  [{ key: "Д", code: "KeyL", shiftKey: true }, "raw-log"],
  [{ key: "А", code: "KeyF", shiftKey: true, ctrlKey: true }, "clear-filter"],
  [{ key: "ι", code: "KeyI" }, "progress"],
  // A Latin letter counts as the letter that it types, wherever its key is.
  [{ key: "j", code: "KeyC" }, "next-failure"],
  [{ key: "é", code: "KeyX" }, null],
  [{ key: "ж", code: "Semicolon" }, null],
] as const)("%j means %s", (press, action) => {
  expect(findAction("grid", pressOf(press.key, press), true)).toBe(action);
});

it("letters and signs are single-key shortcuts; named keys and chords are not", () => {
  expect(["j", "?", "Shift+L"].filter(isSingleKey)).toEqual(["j", "?", "Shift+L"]);
  expect(["Enter", "ArrowRight", "Ctrl+Shift+F"].filter(isSingleKey)).toEqual([]);
});

it("arrow keys are shown as arrows", () => {
  expect(["ArrowRight", "Escape", "j"].map(shownKey)).toEqual(["→", "Esc", "j"]);
});
