import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { adviceOn, adviceRows } from "../../src/queries/problem-advice.ts";

const faults = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
const sections = [...faults.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

describe("the advice for a problem", () => {
  it.each(adviceRows.map((row) => [row.finds, row] as const))("%s", (finds, row) => {
    // The row is found, and no row above it matches first.
    expect(adviceOn(finds)).toEqual({ advice: row.advice, section: row.section });
    expect(sections).toContain(row.section);
  });

  it("is to read the log if the problem is not in the table", () => {
    expect(adviceOn("moon: it is full")).toEqual({
      advice: "The worker's log says more.",
      section: "Messages",
    });
  });
});
