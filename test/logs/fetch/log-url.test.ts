import { describe, expect, it } from "@jest/globals";
import { LogFetchError } from "../../../src/logs/fetch/log-source.ts";
import { readLogUrl, webPorts } from "../../../src/logs/fetch/log-url.ts";

const everyHost = { hosts: [], ports: webPorts };

const allows = (pattern: string, url: string): boolean => {
  try {
    readLogUrl(url, { hosts: [pattern], ports: webPorts });
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

  it("allows all hosts if it is empty", () => {
    expect(readLogUrl("http://any.test/x", everyHost).href).toBe("http://any.test/x");
  });
});

describe("readLogUrl", () => {
  it("keeps path and query unchanged, and drops credentials and fragment", () => {
    expect(readLogUrl("https://u:p@logs.test/a%2Fb?c=%20d#e", everyHost).href).toBe(
      "https://logs.test/a%2Fb?c=%20d",
    );
  });

  it("resolves the target of a redirect against the URL that it came from", () => {
    const base = new URL("https://logs.test/a/b");
    expect(readLogUrl("../c", everyHost, base).href).toBe("https://logs.test/c");
    expect(readLogUrl("//other.test/c", everyHost, base).href).toBe("https://other.test/c");
    expect(readLogUrl("http://other.test/c", everyHost, base).href).toBe("http://other.test/c");
  });
});

describe("the list of ports that may be fetched from", () => {
  const refusal = (url: string, ports = webPorts): string | null => {
    try {
      readLogUrl(url, { hosts: [], ports });
      return null;
    } catch (error) {
      if (!(error instanceof LogFetchError)) throw error;
      const { kind, final, detail } = error.failure;
      return `${kind}, ${final ? "final" : "retried"}: ${detail}`;
    }
  };

  it.each([
    "http://logs.test/",
    "https://logs.test/",
    "http://logs.test:443/",
    "https://logs.test:80/",
    "http://logs.test:1024/",
    "http://[2606:4700::1111]:65535/",
  ])("contains %s by default", (url) => {
    expect(refusal(url)).toBeNull();
  });

  it.each([0, 1, 22, 25, 79, 81, 442, 444, 1023])("does not contain port %i by default", (port) => {
    const detail = `refused-port, final: port ${port} of logs.test is not among the ports of LOG_PORTS`;
    expect(refusal(`http://logs.test:${port}/x`)).toBe(detail);
    expect(refusal(`https://logs.test:${port}/x`)).toBe(detail);
  });

  it("can be set by the operator", () => {
    const ports = ["22", "8080-8081"];
    for (const port of [22, 8080, 8081]) expect(refusal(`http://logs.test:${port}/`, ports)).toBeNull();
    expect(refusal("http://logs.test:8082/", ports)).toMatch(/^refused-port, final: port 8082 /);
    expect(refusal("http://logs.test/", ports)).toMatch(/^refused-port, final: port 80 /);
    expect(refusal("https://logs.test/", ports)).toMatch(/^refused-port, final: port 443 /);
  });
});
