import { expect, it } from "@jest/globals";
import { h } from "preact";
import { drawMarkup, joinMarkup } from "../../../../src/http/pages/serve/markup.ts";
import { drawDocument, type Page } from "../../../../src/http/pages/serve/send-page.tsx";
import { DataLink } from "../../../../src/web/data-link.tsx";
import type { LightView } from "../../../../src/web/worker-light.tsx";
import { pageSettings } from "../../../web/pages-server.ts";

const files = { style: "/assets/style.css", script: "/assets/a-page.js", chunks: ["/assets/chunk.js"] };
const assets = { filesOf: () => files, find: () => null };
const ready: LightView = { state: "ready", words: "worker ready" };
const aPage: Page = { title: "A page", entry: "a-page", main: drawMarkup(h("p", null, "content")) };

const draw = (page: Partial<Page>, settings = pageSettings, light = ready): string =>
  drawDocument({ assets, settings }, { ...aPage, ...page }, light);

it("a page is a document with its title, files and content", () => {
  const html = draw({});
  expect(html).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8"\/>/);
  expect(html).toContain("<title>A page · pulse-ingest</title>");
  expect(html).toContain('<link rel="modulepreload" href="/assets/chunk.js"/>');
  expect(html).toContain('<script type="module" src="/assets/a-page.js"></script>');
  expect(html).toContain('<main id="main" tabindex="-1"><p>content</p></main>');
});

it("a title cannot turn the direction of the text around it", () => {
  expect(draw({ title: "a\u202eb" })).toContain("<title>a\\u202eb · pulse-ingest</title>");
});

it("pieces that were drawn in several turns stand one after the other", () => {
  const pieces = ["one", "two"].map((text) => drawMarkup(h("p", null, text)));
  expect(draw({ main: joinMarkup(pieces) })).toContain("<p>one</p><p>two</p></main>");
});

it("hostile names are text everywhere", () => {
  const name = `</title><script>alert("1")</script>'&amp;`;
  const html = draw({ title: name, project: name, search: name }, pageSettings, {
    state: "trouble",
    words: name,
  });
  expect(html).not.toContain("<script>");
  expect(html.match(/<\/title>/g)).toHaveLength(1);
  expect(html).toContain('href="/projects/%3C%2Ftitle%3E%3Cscript%3Ealert(%221%22)%3C%2Fscript%3E');
});

it("a password in a URL is blanked, in the link as in the text", () => {
  const address = "https://ci:hunter2@logs.example.org/a.txt";
  const html = draw({ main: drawMarkup(h("p", null, h(DataLink, { href: address, children: address }))) });
  expect(html).not.toContain("hunter2");
  expect(html).toContain('href="https://ci:***@logs.example.org/a.txt"');
});

it("the operators' page is linked only where it is served", () => {
  expect(draw({})).toContain('href="/operate"');
  expect(draw({}, { ...pageSettings, operates: false })).not.toContain("/operate");
});
