import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type JobDetail, readDetail } from "../../../src/logs/parse/printed-details.ts";
import { summaryOf } from "./read-text.ts";

const link = (title: string | null, url: string, value = url): JobDetail => ({
  content_type: "link",
  title,
  url,
  value,
});
const html = (value: string): JobDetail => ({ content_type: "raw_html", value });
const titledHtml = (title: string, value: string): JobDetail => ({ content_type: "raw_html", title, value });

const texts: readonly [text: string, detail: JobDetail][] = [
  ["hello", html("hello")],
  [" hello", html(" hello")],
  ["", html("")],
  ["hello<br/>world<br/>again", titledHtml("hello", "world<br/>again")],
  ["<br/>v", titledHtml("", "v")],
  ["t<br/>", titledHtml("t", "")],
  ["t<BR/>v", html("t<BR/>v")],
  ["x<br/>http://x/", titledHtml("x", "http://x/")],
  ["foo: http://x/y z", link("foo", "http://x/y z")],
  ["foo: http://", link("foo", "http://")],
  ["http://x/y", link(null, "http://x/y")],
  ["https://x/y<br/>z", link(null, "https://x/y<br/>z")],
  ["aZ/0.9-_ : http://x", link("aZ/0.9-_ ", "http://x")],
  ["foo bar http://x/y", html("foo bar http://x/y")],
  ["foo (bar): http://x/y", html("foo (bar): http://x/y")],
  ["f\xc3\xb6\xc3\xb6: http://x/y", html("föö: http://x/y")],
  ["a: b: http://x/", html("a: b: http://x/")],
  [": http://x/", html(": http://x/")],
  ["foo:http://x/", html("foo:http://x/")],
  ["foo: ftp://x/y", html("foo: ftp://x/y")],
  ["foo: HTTP://x/y", html("foo: HTTP://x/y")],
  ["foo: http://x/y\r", link("foo", "http://x/y\r")],
  ["<a href='http://x/y'>v</a>: uploaded", link("artifact uploaded", "http://x/y", "v")],
  [`<a href="http://x/y'>v</a>: uploaded`, link("artifact uploaded", "http://x/y", "v")],
  ["<a href='http://'>v</a>: uploaded", link("artifact uploaded", "http://", "v")],
  [
    "<a href='http://x'>v</a>: uploaded <a href='http://y'>w</a>: uploaded!",
    link("artifact uploaded", "http://x'>v</a>: uploaded <a href='http://y", "w"),
  ],
  ["<a href='http://x' >v</a>: uploaded", link(null, "http://x", "v")],
  ["<a href='http://x'></a>: uploaded", html("<a href='http://x'></a>: uploaded")],
  ["up: <a href='http://x/y'>v</a>: uploaded", link("up", "http://x/y", "v")],
  ["pre <a href='http://x/y'>v</a>: uploaded", html("pre <a href='http://x/y'>v</a>: uploaded")],
  ["t: <a class='a' href='http://x/y' target='b'>v</a> trailing", link("t", "http://x/y' target='b", "v")],
  ["t: <a href='http://x/y'>v</a> <a href='http://x/z'>w</a>", link("t", "http://x/z", "w")],
  ["t: <a href='http://'>v</a>", html("t: <a href='http://'>v</a>")],
  ["t: <a href='/rel'>v</a>", html("t: <a href='/rel'>v</a>")],
  ["t: <a href='http://x'>v</A>", html("t: <a href='http://x'>v</A>")],
  ["t: <a href=http://x>v</a>", html("t: <a href=http://x>v</a>")],
  ["t: <ahref='http://x'>v</a>", html("t: <ahref='http://x'>v</a>")],
  ["t<br/><a href='http://x'>v</a>", titledHtml("t", "<a href='http://x'>v</a>")],
];

describe("a printed text", () => {
  it.each(texts)("%j", (text, detail) => {
    expect(readDetail(text)).toStrictEqual(detail);
  });

  it("is read as regular expressions of the rules would read it, for any text", () => {
    const pieces = [
      "<a ",
      "href=",
      "'",
      '"',
      "http://",
      "https://",
      ">",
      "</a>",
      "</a>: uploaded",
      "t: ",
      "x",
      " ",
      "<br/>",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 18 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.constantFrom("", "<a href='http://", "t: <a "), text, (start, rest) => {
        expect(readDetail(start + rest)).toStrictEqual(byTheRules(start + rest));
      }),
      { numRuns: 5000 },
    );
  });
});

/** The forms as regular expressions, greedy from left to right. They may take quadratic time, so they are not used for logs. */
function byTheRules(text: string): JobDetail {
  const uploaded = /^<a href=['"](https?:\/\/.*)['"]>(.+)<\/a>: uploaded/.exec(text);
  if (uploaded) return link("artifact uploaded", uploaded[1] ?? "", uploaded[2]);
  const titled = /^(?:([A-Za-z/.0-9\-_ ]+): )?<a .*href=['"](https?:\/\/.+)['"].*>(.+)<\/a>/.exec(text);
  if (titled) return link(titled[1] ?? null, titled[2] ?? "", titled[3]);
  const url = /^(?:([A-Za-z/.0-9\-_ ]+): )?(https?:\/\/.*)$/.exec(text);
  if (url) return link(url[1] ?? null, url[2] ?? "");
  const parts = /^(.*?)<br\/>(.*)$/.exec(text);
  return parts ? titledHtml(parts[1] ?? "", parts[2] ?? "") : html(text);
}

describe("a line that prints", () => {
  it.each<[string, string, JobDetail[]]>([
    ["one space after the colon is not part of the text", "TinderboxPrint: hello\n", [html("hello")]],
    ["... but is optional", "TinderboxPrint:hello\n", [html("hello")]],
    ["a second space is part of the text", "TinderboxPrint:  hello\n", [html(" hello")]],
    ["the last of several markers counts", "TinderboxPrint: a TinderboxPrint: b\n", [html("b")]],
    ["nothing", "TinderboxPrint:\n", [html("")]],
    ["an empty text, without a line end", "TinderboxPrint:", [html("")]],
    ["anything before it", "01:02:03 INFO -  TinderboxPrint: x<br/>y\n", [titledHtml("x", "y")]],
    ["a carriage return", "TinderboxPrint: foo: http://x/y\r\n", [link("foo", "http://x/y\r")]],
    ["another case", "tinderboxprint: x\nTinderBoxPrint: x\n", []],
    ["no colon", "TinderboxPrint x\n", []],
    ["the same text twice is kept twice", "TinderboxPrint: x\nTinderboxPrint: x\n", [html("x"), html("x")]],
    ["bytes that are not UTF-8", "TinderboxPrint: \xff<br/>\xc3\xa4\n", [titledHtml("\ufffd", "ä")]],
    ["too far to the right", `${"x".repeat(490)}TinderboxPrint: x\n`, []],
    ["a text that is cut", `TinderboxPrint: ${"y".repeat(600)}\n`, [html("y".repeat(484))]],
    [
      "on the line of a marker",
      "========= Finished a (results: 0, elapsed: 1) (at x) TinderboxPrint: z\n",
      [html("z")],
    ],
  ])("%s", async (_case, log, details) => {
    expect((await summaryOf(log)).job_details).toStrictEqual(details);
  });
});
