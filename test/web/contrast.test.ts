import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const sheet = readFileSync(new URL("../../src/web/styles/tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = sheet.split("@media (prefers-color-scheme: dark)");

/** Names and values of the colours of one scheme. */
function colours(part: string): Map<string, string> {
  return new Map(
    [...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** Returns the relative luminance of a colour. @see WCAG 2.2, "relative luminance" */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(first: string, second: string): number {
  const [darker = 0, lighter = 0] = [luminance(first), luminance(second)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

it("black on white has a contrast of 21, and the original site's white on orange has too little", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#ffffff", "#eba870")).toBeCloseTo(2.0, 1);
});

describe.each([
  ["light", colours(light)],
  ["dark", colours(dark)],
])("the %s scheme", (_scheme, tokens) => {
  const value = (name: string): string => tokens.get(name) ?? "missing";

  it("has the same names as the light one", () => {
    expect([...tokens.keys()]).toEqual([...colours(light).keys()]);
    expect(tokens.size).toBeGreaterThan(30);
  });

  it.each(["text", "muted", "link", "good", "bad", "warning"])(
    "--%s can be read on every background",
    (name) => {
      for (const background of ["page", "raised", "marked"]) {
        expect([background, contrast(value(name), value(background)) >= 4.5]).toEqual([background, true]);
      }
    },
  );

  it.each(["text", "muted", "bad"])("--%s can be read on a failing line", (name) => {
    expect(contrast(value(name), value("failing"))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Array.from({ length: 16 }, (_, colour) => `log-colour-${colour}`))(
    "--%s can be read in every line of a log",
    (name) => {
      for (const background of ["page", "marked", "failing"]) {
        expect([background, contrast(value(name), value(background)) >= 4.5]).toEqual([background, true]);
      }
    },
  );

  it.each([...tokens.keys()].filter((name) => /^status-.*-text$/.test(name)))(
    "--%s can be read on its fill",
    (name) => {
      const fill = tokens.get(name.replace(/-text$/, "-fill")) ?? value("page");
      expect(contrast(value(name), fill)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each([...tokens.keys()].filter((name) => /border$|^focus$/.test(name)))(
    "--%s can be distinguished from the page",
    (name) => {
      expect(contrast(value(name), value("page"))).toBeGreaterThanOrEqual(3);
      expect(contrast(value(name), value("raised"))).toBeGreaterThanOrEqual(3);
    },
  );
});
