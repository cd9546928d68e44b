import { describe, expect, it } from "@jest/globals";
import { readAmqpAddress } from "../../src/domain/amqp-address.ts";

function addressOf(text: string) {
  const reading = readAmqpAddress(text);
  if ("problem" in reading) throw new Error(reading.problem);
  return reading.address;
}

function problemOf(text: string): string | null {
  const reading = readAmqpAddress(text);
  return "problem" in reading ? reading.problem : null;
}

describe("a broker's address", () => {
  it.each([
    ["amqp://host", { isTls: false, host: "host", port: 5672, user: "guest", password: "guest", vhost: "/" }],
    ["amqps://host", { isTls: true, port: 5671 }],
    ["amqps://a:b@host:4711/x", { port: 4711, user: "a", password: "b", vhost: "x" }],
    ["amqp://a@[::1]:1/", { host: "::1", user: "a", password: "", vhost: "/" }],
    ["amqp://münchen.example", { host: "xn--mnchen-3ya.example" }],
    ["amqp://m%C3%BCnchen.example", { host: "xn--mnchen-3ya.example" }],
    ["amqp://host/%2F", { vhost: "/" }],
    ["amqp://host/a%2Fb%", { vhost: "a/b%" }],
  ])("%s gives the broker's host and the user", (text, part) => {
    expect(addressOf(text)).toMatchObject(part);
  });

  it.each([
    ["escaped UTF-8", "p%C3%A4ssw%C3%B6rd", "pässwörd"],
    ["plain letters", "pässwörd", "pässwörd"],
    ["letters beyond the basic plane", "%F0%9F%90%87日本", "🐇日本"],
    ["Latin-1, as in older addresses", "p%E4ss", "päss"],
    ["escapes of characters that structure a URL", "%40%3A%2F%3F%23%25", "@:/?#%"],
    ["a % that begins no escape", "us%er", "us%er"],
  ])("may contain %s in user, password and vhost", (_what, written, read) => {
    expect(addressOf(`amqp://${written}:${written}@host/${written}`)).toMatchObject({
      user: read,
      password: read,
      vhost: read,
    });
  });

  it.each(["1", "true", "True", "TRUE"])("turns TLS on with ssl=%s, and uses its port", (value) => {
    expect(addressOf(`amqp://host/?ssl=${value}`)).toMatchObject({ isTls: true, port: 5671 });
    expect(addressOf(`amqp://host:5672?ssl=${value}`)).toMatchObject({ isTls: true, port: 5672 });
    expect(addressOf(`amqps://host/?ssl=${value}`)).toMatchObject({ isTls: true });
  });

  it.each(["0", "false", "False"])("turns TLS off with ssl=%s, which contradicts amqps://", (value) => {
    expect(addressOf(`amqp://host/?ssl=${value}`)).toMatchObject({ isTls: false, port: 5672 });
    expect(problemOf(`amqps://host/?ssl=${value}`)).toMatch(/amqps:\/\/, .*ssl/);
  });

  it("is refused if its host or port cannot be used, with the characters that cannot be seen", () => {
    expect(problemOf("amqp://u:p@host\u00a0/")).toBe('names the host "host\\u00a0", which is not a name');
    expect(problemOf("amqp://u:p@host:0/")).toMatch(/the port must be from 1 to 65535/);
  });

  it("sets parameters of the connection", () => {
    const { tuning } = addressOf(
      "amqp://host?heartbeat=0&frameMax=131072&channelMax=5&maxFrameSize=0&locale=de_DE",
    );
    expect(tuning).toEqual({
      heartbeat: 0,
      frameMax: 131072,
      channelMax: 5,
      maxFrameSize: 0,
      locale: "de_DE",
    });
    expect(addressOf("amqp://host").tuning).toEqual({});
  });

  it.each([
    ["?verify=none", /unknown parameter "verify"; the known ones are channelMax, /],
    ["?SSL=1", /unknown parameter "SSL"/],
    ["?ssl_version=3", /unknown parameter "ssl_version"/],
    ["?ssl", /ssl, which must be 1, true, 0 or false/],
    ["?ssl=yes", /ssl, which must be/],
    ["?ssl=1&ssl=0", /ssl more than once/],
    ["?heartbeat=soon", /heartbeat, which must be a whole number from 0 to 65535/],
    ["?heartbeat=65536", /heartbeat/],
    ["?frameMax=17", /frameMax/],
    ["?toString=1", /unknown parameter "toString"/],
  ])("is reported with the reason: %s", (query, problem) => {
    expect(problemOf(`amqp://host/${query}`)).toMatch(problem);
  });

  it.each([
    "guest:12?geheim",
    "guest:12?geheim&x=1",
    "guest:gu#geheim",
    "guest:gu/geheim",
    "guest:gu?geheim",
  ])("is not printed if its password is not escaped (%s)", (userinfo) => {
    const problem = problemOf(`amqp://${userinfo}@host`);
    expect(problem).toMatch(/^cannot be read as a URL/);
    expect(problem).not.toContain("geheim");
  });

  it("is reported if its port does not exist", () => {
    expect(problemOf("amqp://host:99999")).toMatch(/the port must be from 1 to 65535/);
  });
});
