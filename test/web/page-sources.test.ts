import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const src = fileURLToPath(new URL("../../src", import.meta.url));
const read = (file: string): string => readFileSync(`${src}/${file}`, "utf8");
const all = readdirSync(src, { recursive: true, encoding: "utf8" }).toSorted();
const scripts = all.filter((file) => /^(web|http\/pages)\/.*\.tsx?$/.test(file));
const sheets = all.filter((file) => file.endsWith(".css"));

/** Returns the lines of some files that match a pattern, without comments. */
function found(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .replace(/\/\*.*?\*\//gs, (comment) => comment.replace(/[^\n]/g, ""))
      .split("\n")
      .filter((line) => pattern.test(line.replace(/^\s*\/\/.*/, "")))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

/** Matches everything by which a string becomes HTML or a program. */
const sinks =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment|DOMParser|parseFromString|setHTML\w*|srcdoc|document\.write\w*|eval|importScripts|trustedTypes)\b|\bnew Function\b|javascript:/;

describe("the sources of the pages", () => {
  it("exist", () => {
    expect(scripts).toEqual(expect.arrayContaining(["web/page-shell.tsx", "http/pages/serve/send-page.tsx"]));
    expect(sheets).toContain("web/styles/tokens.css");
  });

  it("create HTML from a string only in one file, which sanitises it", () => {
    expect(found(scripts, sinks).filter((line) => !line.startsWith("web/client/raw-html.ts:"))).toEqual([]);
    expect(sinks.test("element.innerHTML = text")).toBe(true);
  });

  it("pass every address from data to the one component that checks it", () => {
    // An address of ours comes from a function of addresses.ts, or from a member that is named after such a function.
    const own = /\b(href|src|action|formAction|formaction)=(\{[\w.]*[aA]ddress\b|\{`\$\{\w+Address\(|"[/#])/;
    const others = found(scripts, /\b(href|src|srcset|action|formAction|poster|xlinkHref|ping)=/).filter(
      (line) =>
        !own.test(line) &&
        !line.includes("<DataLink") &&
        !line.startsWith("web/page-shell.tsx: ") &&
        !line.startsWith("web/data-link.tsx: "),
    );
    expect(others).toEqual([]);
  });

  it("build no address of a link by hand in the browser", () => {
    expect(
      found(
        scripts,
        /\.(href|src|action) = |setAttribute\("(href|src|action|on\w+)"|location\.(assign|replace)\((?!\w*[aA]ddress\b)/,
        // The icon of the tab is our own image with a number in it. A publisher's image becomes a link that `linkAddress` has checked.
      ).filter((line) => !/^web\/client\/(grid\/tab-sign|raw-html)\.ts: /.test(line)),
    ).toEqual([]);
  });

  it("have no style that the content security policy forbids", () => {
    const drawnByServer = scripts.filter((file) => !file.startsWith("web/client/"));
    expect(found(drawnByServer, /\bstyle=|<style\b/)).toEqual([]);
    expect(found(scripts, /setAttribute\("style"|cssText|insertRule/)).toEqual([]);
  });

  it("have handlers only as functions, never as text", () => {
    expect(found(scripts, /\bon[a-z]+="/i)).toEqual([]);
  });
});

describe("the style sheets", () => {
  it("take all colours from tokens.css, so that both schemes are complete", () => {
    const others = sheets.filter((file) => !file.endsWith("/tokens.css"));
    expect(found(others, /#[0-9a-f]{3,8}\b(?![^;]*\{)|\b(rgba?|hsla?|oklch|lab)\(/i)).toEqual([]);
  });

  it("animate nothing for readers who prefer reduced motion", () => {
    for (const file of sheets) {
      const calm = read(file).replace(/@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}/gs, "");
      expect([file, /\b(transition|animation|scroll-behavior)\b[^:;]*:/.exec(calm)]).toEqual([file, null]);
    }
  });

  it("load nothing", () => {
    expect(found(sheets, /@import|url\(|image-set\(/)).toEqual([]);
  });
});
