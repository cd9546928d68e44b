import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { brokerUrl, databaseUrl, readSettings, showSettings } from "../../src/config/read-settings.ts";
import { settingNames } from "../../src/config/settings.ts";
import { Misuse } from "../../src/domain/faults.ts";
import { defaultFetchLimits } from "../../src/logs/fetch/fetch-limits.ts";
import { defaultLogLimits } from "../../src/logs/parse/log-parser.ts";
import { logOptions, logSettingNames } from "../../src/worker/log-options.ts";

const AMQP_URL = "amqp://user:secret@localhost:5672";

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(env, settingNames);
  } catch (error) {
    if (error instanceof Misuse) return error.problems;
    throw error;
  }
  return [];
}

describe("settings", () => {
  it("have defaults, except the broker's address", () => {
    const settings = readSettings({ AMQP_URL }, settingNames);
    expect(settings).toMatchObject({
      PREFETCH: 400,
      BATCH_SIZE: 200,
      LOCAL: false,
      QUEUE_NAME: "jobs",
      DATA_DIR: "data",
    });
  });

  it("are read from text: numbers, booleans, choices", () => {
    const env = { AMQP_URL, PREFETCH: "50", BATCH_SIZE: "10", LOCAL: "true", QUEUE_TYPE: "quorum" };
    expect(readSettings(env, settingNames)).toMatchObject({
      PREFETCH: 50,
      BATCH_SIZE: 10,
      LOCAL: true,
      QUEUE_TYPE: "quorum",
    });
  });

  it("count as unset if they are empty", () => {
    expect(readSettings({ AMQP_URL, PREFETCH: "" }, settingNames).PREFETCH).toBe(400);
  });

  it("that are numbers are not read from spaces, which would mean 0: no limit", () => {
    expect(problemsOf({ AMQP_URL, REJECTIONS_PER_DAY: " ", RETAIN_DAYS: "\t", HTTP_PORT: " " })).toEqual([
      'RETAIN_DAYS: must be a number from 0 to 36500; it is "\\t" (see config/settings.md)',
      'REJECTIONS_PER_DAY: must be a whole number from 0 to 10000000; it is " " (see config/settings.md)',
      'HTTP_PORT: must be a port from 0 to 65535, or `off`; it is " " (see config/settings.md)',
    ]);
    expect(readSettings({ PREFETCH: " 50 " }, ["PREFETCH"]).PREFETCH).toBe(50);
  });

  it("refuse a password for Bugzilla, and do not repeat it", () => {
    expect(problemsOf({ AMQP_URL, BUGZILLA_URL: "https://me:geheim@bugs.test/x" })).toEqual([
      'BUGZILLA_URL: must not name a user: requests to Bugzilla are anonymous; it is "https://me:***@bugs.test/x" (see config/settings.md)',
    ]);
    expect(problemsOf({ AMQP_URL, BUGZILLA_URL: "https://bugs.test/x@y" })).toEqual([]);
  });

  it("are not required by a command that does not need them", () => {
    expect(readSettings({ PREFETCH: "nonsense" }, ["DATA_DIR"])).toEqual({ DATA_DIR: "data" });
  });

  it("are reported together, each with its name and value", () => {
    const problems = problemsOf({ AMQP_URL: "http://x", PREFETCH: "0", LOCAL: "perhaps", LOG_LEVEL: "loud" });
    expect(problems).toHaveLength(4);
    expect(problems[0]).toMatch(/^AMQP_URL: .*amqp:\/\//);
    expect(problems[1]).toMatch(/^LOCAL: must be true or false; it is "perhaps"/);
    expect(problems[2]).toMatch(/^PREFETCH: .*from 1 to 2000.*"0"/);
    expect(problems[3]).toMatch(/^LOG_LEVEL: must be one of error, warn, info, debug; it is "loud"/);
  });

  it.each(["guest:gu#est", "guest:12#34", "guest:gu/est", "guest:gu?est"])(
    "say for an address with an unescaped password (%s) what to write, and do not print it",
    (user) => {
      expect(problemsOf({ AMQP_URL: `amqp://${user}@localhost` })).toEqual([
        expect.stringMatching(/^AMQP_URL: cannot be read as a URL: .*# as %23.*; it is \(a secret\)/),
      ]);
    },
  );

  it("say what is missing and how to set it", () => {
    expect(problemsOf({})).toEqual([
      expect.stringMatching(/^AMQP_URL: must be set \(or AMQP_URL_FILE\), e\.g\. /),
    ]);
  });

  it("may not contradict each other", () => {
    expect(problemsOf({ AMQP_URL, PREFETCH: "10", BATCH_SIZE: "11" })).toEqual([
      expect.stringMatching(/^BATCH_SIZE: 11 must not exceed PREFETCH \(10\)/),
    ]);
  });

  it("are reported with all their contradictions and all other problems", () => {
    const env = { AMQP_URL, PREFETCH: "10", BATCH_SIZE: "11", LOG_TIMEOUT_MS: "5000", LOG_LEASE_MS: "5000" };
    const both = [
      expect.stringMatching(/^BATCH_SIZE: 11 must not exceed PREFETCH/),
      expect.stringMatching(/^LOG_LEASE_MS: 5000 must exceed LOG_TIMEOUT_MS/),
    ];
    expect(problemsOf(env)).toEqual(both);
    expect(problemsOf({ ...env, LOCAL: "perhaps" })).toEqual([expect.stringMatching(/^LOCAL: /), ...both]);
  });

  it("that are invalid by themselves are not reported as contradicting others", () => {
    expect(problemsOf({ AMQP_URL, PREFETCH: "0", BATCH_SIZE: "11" })).toEqual([
      expect.stringMatching(/^PREFETCH: /),
    ]);
  });

  it("do not allow another worker to take over a log while it is being read", () => {
    expect(problemsOf({ AMQP_URL, LOG_TIMEOUT_MS: "5000", LOG_LEASE_MS: "5000" })).toEqual([
      expect.stringMatching(/^LOG_LEASE_MS: 5000 must exceed LOG_TIMEOUT_MS \(5000\)/),
    ]);
  });

  it("do not let two servers listen on one port", () => {
    const ports = ["HTTP_HOST", "HTTP_PORT", "PUBLIC_HOST", "PUBLIC_PORT"] as const;
    const read = (env: NodeJS.ProcessEnv) => () => readSettings(env, ports);
    expect(read({ HTTP_PORT: "9180" })).toThrow(/^PUBLIC_PORT: 9180 must differ from HTTP_PORT: /);
    expect(read({ HTTP_PORT: "9180", HTTP_HOST: "127.0.0.2" })).not.toThrow();
    for (const both of ["0", "off"]) expect(read({ HTTP_PORT: both, PUBLIC_PORT: both })).not.toThrow();
  });

  it("limit logs like the code's defaults", () => {
    const { fetchLimits, logLimits } = logOptions(readSettings({}, logSettingNames));
    expect(fetchLimits).toEqual(defaultFetchLimits);
    expect(logLimits).toEqual(defaultLogLimits);
  });

  it.each([
    ["staging\u00a0", 'must not hold characters that cannot be seen: it is "staging\\u00a0"'],
    ["staging ", 'must not begin or end with a space: it is "staging "'],
    ["“staging”", "must not hold typographic quotes"],
  ])("report that a deployment called %j would hide entries of the registry", (DEPLOYMENT, expected) => {
    const read = () => readSettings({ DEPLOYMENT }, ["DEPLOYMENT"]);
    expect(read).toThrow(`DEPLOYMENT: ${expected}`);
    // The value is shown once.
    expect(read).not.toThrow(/it is .*it is /);
  });

  it("list log hosts, separated by commas", () => {
    const hosts = (LOG_HOSTS: string) => readSettings({ LOG_HOSTS }, ["LOG_HOSTS"]).LOG_HOSTS;
    expect(hosts(" Logs.example.org, *.example.com,")).toEqual(["logs.example.org", "*.example.com"]);
    expect(hosts("")).toEqual([]);
    expect(() => hosts("https://logs.example.org")).toThrow("LOG_HOSTS: must be host names");
    expect(() => hosts("*")).toThrow("LOG_HOSTS: must be host names");
    expect(hosts("logs.example.org.")).toEqual(["logs.example.org"]);
    for (const unmatched of [".example.org", "a..b", ".", "*.", "*..a"]) {
      expect(() => hosts(unmatched)).toThrow("LOG_HOSTS: must be host names");
    }
  });

  it("list origins as browsers send them", () => {
    const origins = (CORS_ORIGINS: string) => readSettings({ CORS_ORIGINS }, ["CORS_ORIGINS"]).CORS_ORIGINS;
    expect(origins("https://CI.example.org, HTTPS://b.test:443, http://c.test:8080")).toEqual([
      "https://ci.example.org",
      "https://b.test",
      "http://c.test:8080",
    ]);
    expect(origins("*")).toEqual(["*"]);
    for (const wrong of ["https://a.test/", "a.test", "https://a.test:99999", "https://*.a.test"])
      expect(() => origins(wrong)).toThrow("CORS_ORIGINS: must be origins such as");
  });

  it("never show an invalid secret", () => {
    expect(problemsOf({ AMQP_URL: "amqq://user:secret@host" }).join()).not.toContain("secret@");
  });

  it("are shown with their source and without secrets", () => {
    const env = { AMQP_URL, PREFETCH: "300", HAWK_SECRET: "xyzzy" };
    const shown = showSettings(env, readSettings(env, settingNames));
    expect(shown).toContainEqual(["HAWK_SECRET", "***", "environment"]);
    expect(shown).toContainEqual(["AMQP_URL", "amqp://user:***@localhost:5672", "environment"]);
    expect(shown).toContainEqual(["PREFETCH", "300", "environment"]);
    expect(shown).toContainEqual(["BATCH_SIZE", "200", "default"]);
    expect(shown).toContainEqual(["MONGODB_URL", "(unset)", "default"]);
  });
});

describe("an address in a file", () => {
  const file = join(mkdtempSync(join(tmpdir(), "settings-")), "url");

  it("takes precedence over the plain setting, and is read each time", async () => {
    writeFileSync(file, "amqp://a:1@host\n");
    expect(await brokerUrl({ AMQP_URL, AMQP_URL_FILE: file })).toBe("amqp://a:1@host");
    writeFileSync(file, "amqp://a:2@host\n");
    expect(await brokerUrl({ AMQP_URL, AMQP_URL_FILE: file })).toBe("amqp://a:2@host");
  });

  it("is reported without its content if it is invalid", async () => {
    writeFileSync(file, "hunter2");
    const told = await databaseUrl({ MONGODB_URL: undefined, MONGODB_URL_FILE: file }).catch(String);
    expect(told).toMatch(/MONGODB_URL_FILE: the content of .* must be a URL/);
    expect(told).not.toContain("hunter2");
  });

  it("is reported if it is not UTF-8, instead of logging in with another password", async () => {
    writeFileSync(file, Buffer.from("amqp://a:p\xe4ss@host\n", "latin1"));
    const told = await brokerUrl({ AMQP_URL, AMQP_URL_FILE: file }).catch(String);
    expect(told).toMatch(/AMQP_URL_FILE: .*url:1: not UTF-8: save the file as UTF-8$/);
    writeFileSync(file, Buffer.from("\ufeffmongodb://h/db\r\n", "utf16le"));
    await expect(databaseUrl({ MONGODB_URL: undefined, MONGODB_URL_FILE: file })).rejects.toThrow(
      /MONGODB_URL_FILE: .*not UTF-8 but UTF-16/,
    );
    writeFileSync(file, "\ufeffmongodb://h/db\r\n");
    expect(await databaseUrl({ MONGODB_URL: undefined, MONGODB_URL_FILE: file })).toBe("mongodb://h/db");
  });

  it("is reported with its name if it does not exist", async () => {
    await expect(brokerUrl({ AMQP_URL, AMQP_URL_FILE: "/no/such/file" })).rejects.toThrow(
      "AMQP_URL_FILE: /no/such/file cannot be read (ENOENT)",
    );
  });

  it("is optional: without any database address, the embedded store is used", async () => {
    expect(await databaseUrl({ MONGODB_URL: undefined, MONGODB_URL_FILE: undefined })).toBeNull();
  });
});

it("a number that breaks two rules is reported once", () => {
  const read = () => readSettings({ HTTP_PORT: "99999999999999999999" }, ["HTTP_PORT"]);
  expect(read).toThrow(/^HTTP_PORT: must be a whole number from 0 to 65535; it is "9+" \(see .*\)$/);
});
