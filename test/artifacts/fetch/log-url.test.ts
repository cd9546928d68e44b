import { describe, expect, it } from "@jest/globals";
import { LogFetchError } from "../../../src/artifacts/fetch/log-source.ts";
import { readLogUrl } from "../../../src/artifacts/fetch/log-url.ts";

const allows = (pattern: string, url: string): boolean => {
  try {
    readLogUrl(url, [pattern]);
    return true;
  } catch (error) {
    if (error instanceof LogFetchError && error.failure.kind === "refused-host") return false;
    throw error;
  }
};

describe("the list of hosts that may be fetched from", () => {
  it.each([
    ["logs.test", "http://logs.test/x", true],
    ["logs.test", "https://LOGS.test:8443/x", true],
    ["Logs.Test", "http://logs.test./x", true],
    ["logs.test", "http://a.logs.test/x", false],
    ["logs.test", "http://logs.test.evil.test/x", false],
    ["logs.test", "http://evil.test/logs.test", false],
    ["logs.test", "http://logs.test@evil.test/", false],
    ["*.logs.test", "http://a.logs.test/x", true],
    ["*.logs.test", "http://b.a.logs.test/x", true],
    ["*.logs.test", "http://logs.test/x", false],
    ["*.logs.test", "http://.logs.test/x", false],
    ["*.logs.test", "http://evillogs.test/x", false],
    ["*.logs.test", "http://a.logs.test.evil.test/x", false],
    ["[2606:4700::1111]", "http://[2606:4700::1111]:80/", true],
  ])("%s and %s: %s", (pattern, url, expected) => {
    expect(allows(pattern, url)).toBe(expected);
  });

  it("allows all when it is empty", () => {
    expect(readLogUrl("http://any.test/x", []).href).toBe("http://any.test/x");
  });
});

describe("readLogUrl", () => {
  it("keeps path and query as they are, and drops credentials and fragment", () => {
    expect(readLogUrl("https://u:p@logs.test/a%2Fb?c=%20d#e", []).href).toBe(
      "https://logs.test/a%2Fb?c=%20d",
    );
  });

  it("resolves what a redirect says against where it came from", () => {
    const base = new URL("https://logs.test/a/b");
    expect(readLogUrl("../c", [], base).href).toBe("https://logs.test/c");
    expect(readLogUrl("//other.test/c", [], base).href).toBe("https://other.test/c");
    expect(readLogUrl("http://other.test/c", [], base).href).toBe("http://other.test/c");
  });
});
