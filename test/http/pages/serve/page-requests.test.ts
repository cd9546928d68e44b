import { describe, expect, it } from "@jest/globals";
import { isForeignQuestion, postProblem } from "../../../../src/http/pages/serve/page-requests.ts";

const own = {
  fetchSite: "same-origin",
  origin: "https://ci.example.org:8443",
  contentType: "application/json",
  host: "ci.example.org:8443",
};

describe("a POST to a page", () => {
  it.each([
    ["from the page's script", own],
    ["from the page's form", { ...own, contentType: "application/x-www-form-urlencoded;charset=utf-8" }],
    ["from curl, which sends no origin", { ...own, fetchSite: undefined, origin: undefined }],
    ["from an old browser", { ...own, fetchSite: undefined }],
    ["from a form of a page that sends no referrer", { ...own, origin: "null" }],
    ["with a Host in capitals", { ...own, host: "CI.example.org:8443" }],
  ])("%s is answered", (_name, source) => {
    expect(postProblem(source)).toBeNull();
  });

  it.each([
    ["text, which other sites may post without permission", "text/plain"],
    ["a form with files", "multipart/form-data; boundary=x"],
    ["no type", undefined],
    ["a type that begins like JSON", "application/jsonp"],
    ["two types", "text/plain, application/json"],
  ])("with %s is refused", (_name, contentType) => {
    expect(postProblem({ ...own, contentType })).toBe("type");
  });

  it.each([
    ["another site", { ...own, fetchSite: "cross-site" }],
    ["another host of this site", { ...own, fetchSite: "same-site" }],
    ["the address bar", { ...own, fetchSite: "none" }],
    ["another origin", { ...own, fetchSite: undefined, origin: "https://evil.example" }],
    ["another port", { ...own, origin: "https://ci.example.org" }],
    ["a sandboxed frame", { ...own, fetchSite: "cross-site", origin: "null" }],
    ["a sandboxed frame of an old browser", { ...own, fetchSite: undefined, origin: "null" }],
    ["a client without a Host", { ...own, host: null }],
  ])("from %s is refused", (_name, source) => {
    expect(postProblem(source)).toBe("foreign");
  });
});

it("data is refused to pages of other sites, but given to the address bar and to programs", () => {
  const asked = ["cross-site", "same-site", "same-origin", "none", undefined];
  expect(asked.map((fetchSite) => isForeignQuestion({ fetchSite }))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
