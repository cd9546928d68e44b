import { describe, expect, it } from "@jest/globals";
import { h } from "preact";
import { drawMarkup, joinMarkup, type Markup } from "../../../../src/http/pages/serve/markup.ts";
import { documentPieces, drawDocument, type WholePage } from "../../../../src/http/pages/serve/send-page.tsx";
import { DataLink } from "../../../../src/web/data-link.tsx";
import type { LightView } from "../../../../src/web/worker-light.tsx";
import { pageSettings } from "../../../web/pages-server.ts";

const nothing = (): void => undefined;
const noLog = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const files = { style: "/assets/style.css", script: "/assets/a-page.js", chunks: ["/assets/chunk.js"] };
const assets = { filesOf: () => files, find: () => null };
const ready: LightView = { state: "ready", words: "worker ready" };
const aPage: WholePage = { title: "A page", entry: "a-page", main: drawMarkup(h("p", null, "content")) };

const draw = (page: Partial<WholePage>, settings = pageSettings, light = ready): string =>
  drawDocument({ assets, settings }, { ...aPage, ...page }, light);

it("a page is a document with its title, files and content", () => {
  const html = draw({});
  expect(html).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8"\/>/);
  expect(html).toContain("<title>A page · pulse-ingest</title>");
  expect(html).toContain('<link rel="modulepreload" href="/assets/chunk.js"/>');
  expect(html).toContain('<script type="module" src="/assets/a-page.js"></script>');
  expect(html).toContain('<main id="main" tabindex="-1"><p>content</p></main>');
});

it("a title cannot change the direction of the text around it", () => {
  expect(draw({ title: "a\u202eb" })).toContain("<title>a\\u202eb · pulse-ingest</title>");
});

it("pieces that were rendered in several turns appear in order", () => {
  const pieces = ["one", "two"].map((text) => drawMarkup(h("p", null, text)));
  expect(draw({ main: joinMarkup(pieces) })).toContain("<p>one</p><p>two</p></main>");
});

it("hostile names are plain text everywhere", () => {
  const name = `</title><script>alert("1")</script>'&amp;`;
  const html = draw({ title: name, project: name, search: name }, pageSettings, {
    state: "trouble",
    words: name,
  });
  expect(html).not.toContain("<script>");
  expect(html.match(/<\/title>/g)).toHaveLength(1);
  expect(html).toContain('href="/projects/%3C%2Ftitle%3E%3Cscript%3Ealert(%221%22)%3C%2Fscript%3E');
});

it("a password in a URL is blanked, in the link and in the text", () => {
  const address = "https://ci:hunter2@logs.example.org/a.txt";
  const html = draw({ main: drawMarkup(h("p", null, h(DataLink, { href: address, children: address }))) });
  expect(html).not.toContain("hunter2");
  expect(html).toContain('href="https://ci:***@logs.example.org/a.txt"');
});

it("the operators' page is linked only where it is served", () => {
  expect(draw({})).toContain('href="/operate"');
  expect(draw({}, { ...pageSettings, operates: false })).not.toContain("/operate");
});

describe("a page that is rendered in pieces", () => {
  const pieces = (main: AsyncIterable<Markup>, events: string[] = []) =>
    documentPieces(
      { assets, settings: pageSettings, log: { ...noLog, error: (event) => void events.push(event) } },
      { ...aPage, main },
      ready,
    );

  it("is the same document, and its beginning is sent before any piece is rendered", async () => {
    let drawn = 0;
    async function* draws() {
      for (const text of ["one", "https://ci:hunter2@h/"]) {
        drawn++;
        yield drawMarkup(h("p", null, text));
      }
    }
    const document = pieces(draws());
    const { value: first } = await document.next();
    expect(first).toMatch(/^<!doctype html>.*<main id="main" tabindex="-1">$/s);
    expect(drawn).toBe(0);
    const rest: string[] = [];
    for await (const piece of document) rest.push(piece);
    const whole = draw({
      main: joinMarkup(["one", "https://ci:hunter2@h/"].map((text) => drawMarkup(h("p", null, text)))),
    });
    expect([first, ...rest].join("")).toBe(whole);
  });

  it("ends where rendering fails, and the failure is logged", async () => {
    const events: string[] = [];
    async function* draws() {
      yield drawMarkup(h("p", null, "one"));
      throw new Error("no second piece");
    }
    const got: string[] = [];
    const read = async () => {
      for await (const piece of pieces(draws(), events)) got.push(piece);
    };
    await expect(read()).rejects.toThrow("no second piece");
    expect([got.length, got.at(-1), events]).toEqual([2, "<p>one</p>", ["bug"]]);
  });
});
