import { describe, expect, it } from "@jest/globals";
import { readSettings } from "../../src/config/read-settings.ts";
import { isServed, pageWarnings } from "../../src/config/who-may-read.ts";

const read = (env: NodeJS.ProcessEnv) =>
  readSettings(env, ["PAGES", "OPERATE_PAGES", "PUBLIC_HOST", "PUBLIC_PORT", "TRUSTED_PROXIES"]);

describe("what has no login is served", () => {
  it.each([
    ["on a machine of one's own", {}, true],
    ["on IPv6's loopback", { PUBLIC_HOST: "::1" }, true],
    ["not where others can reach it", { PUBLIC_HOST: "0.0.0.0" }, false],
    ["not behind a proxy", { TRUSTED_PROXIES: "127.0.0.1" }, false],
    ["anywhere if the setting asks for it", { PUBLIC_HOST: "0.0.0.0", PAGES: "true" }, true],
    ["nowhere if it is turned off", { PAGES: "false" }, false],
  ])("%s", (_where, env, served) => {
    const settings = read(env);
    expect(isServed(settings.PAGES, settings)).toBe(served);
  });
});

describe("`check` warns about pages", () => {
  it("that others can reach, and says that they show payloads of rejected messages", () => {
    const env = { PUBLIC_HOST: "0.0.0.0", PAGES: "true", OPERATE_PAGES: "true" };
    expect(pageWarnings(read(env))).toEqual([
      expect.stringMatching(/payloads of rejected messages and client ids included/),
    ]);
    expect(pageWarnings(read({ ...env, OPERATE_PAGES: "auto" }))).toEqual([
      expect.stringMatching(/but not the payloads of rejected messages/),
    ]);
  });

  it.each([
    ["that only this machine can reach", {}],
    ["that are off", { PUBLIC_HOST: "0.0.0.0" }],
    ["that have no port", { PUBLIC_HOST: "0.0.0.0", PAGES: "true", PUBLIC_PORT: "off" }],
  ])("but not about those %s", (_which, env) => {
    expect(pageWarnings(read(env))).toEqual([]);
  });
});
