import { expect, it } from "@jest/globals";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { DataLink } from "../../src/web/data-link.tsx";
import { linkAddress } from "../../src/web/link-address.ts";

it.each([
  "http://ci.example.org/log.txt",
  "https://ci.example.org/?a=1&b=%20#L10",
  "HTTPS://ci.example.org/",
  "ftp://ftp.example.org/build/",
  "mailto:dev@example.org",
  "tel:+49123",
  "file:///var/log/a.txt",
  "https://user:password@ci.example.org/",
])("%s is allowed in a link unchanged", (address) => {
  expect(new URL(linkAddress(address) ?? "").href).toBe(new URL(address).href);
});

it("an address keeps its text, but one that a browser would read as a path becomes absolute", () => {
  expect(linkAddress("http://ci.example.org")).toBe("http://ci.example.org");
  expect(linkAddress("http:ci.example.org/a")).toBe("http://ci.example.org/a");
  expect(linkAddress("https:/ci.example.org")).toBe("https://ci.example.org/");
});

it.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "\u0001javascript:alert(1)",
  "java\nscript:alert(1)",
  "java\tscript:alert(1)",
  "javascript\n:alert(1)",
  "javascript://ci.example.org/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://ci.example.org/1",
  "view-source:https://ci.example.org",
  "filesystem:http://ci.example.org/x",
  "chrome://settings",
  "about:blank",
  "ws://ci.example.org",
  "intent://scan/#Intent;end",
  "/relative",
  "//ci.example.org",
  "log.txt",
  "#L10",
  "",
  "http://",
  "https://exa mple.org",
])("%j is not allowed in a link", (address) => {
  expect(linkAddress(address)).toBeNull();
});

it("a link opens in a new tab, with the expected attributes", () => {
  const drawn = renderToString(
    h(DataLink, { href: 'https://ci.example.org/?"<', title: 'a "title"', children: "<b>the log</b>" }),
  );
  expect(drawn).toBe(
    '<a title="a &quot;title&quot;" href="https://ci.example.org/?&quot;&lt;" target="_blank">&lt;b>the log&lt;/b></a>',
  );
});

it("an address that is not allowed is shown as text", () => {
  const drawn = renderToString(h(DataLink, { href: "javascript:alert(1)", children: "click" }));
  expect(drawn).toBe('<span title="not a link: javascript:alert(1)">click</span>');
});
