import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

declare const axe: { run(context: Document, options: object): Promise<AxeResults> };

/** The rules of WCAG 2.2 AA, and axe's best practices. */
const allRules = {
  type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
};
/** The only rule whose result depends on the colour scheme. */
const contrastAlone = { type: "rule", values: ["color-contrast"] };

/** Returns the problems that axe finds on a page in both colour schemes, one text for each element; empty if there are none. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(source);
  await page.emulateMedia({ colorScheme: "light" });
  const inLight = await findingsOf(page, allRules);
  await page.emulateMedia({ colorScheme: "dark" });
  const inDark = await findingsOf(page, contrastAlone);
  await page.emulateMedia({ colorScheme: null });
  return [...inLight, ...inDark.map((finding) => `dark: ${finding}`)];
}

async function findingsOf(page: Page, runOnly: object): Promise<string[]> {
  const { violations } = await page.evaluate(async (options) => axe.run(document, options), {
    runOnly,
    resultTypes: ["violations"],
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = "" }) =>
        `${id} ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`,
    ),
  );
}
