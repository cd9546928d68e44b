import { describe, expect, it } from "@jest/globals";
import { hostOf } from "../../../src/domain/text/url-host.ts";

describe("hostOf", () => {
  it.each([
    ["https://Queue.Example.com/x", "queue.example.com"],
    ["https://queue.example.com:443/x", "queue.example.com"],
    ["http://queue.example.com:443/x", "queue.example.com:443"],
    ["http://user:pw@h.test:8080/", "h.test:8080"],
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://[::1]:80/", "[::1]"],
    ["file:///etc/passwd", ""],
    ["not a url", ""],
    ["", ""],
  ])("%j: %j", (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});
