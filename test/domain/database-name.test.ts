import { describe, expect, it } from "@jest/globals";
import { databaseNameProblem, databaseNameWarning, namesDatabase } from "../../src/domain/database-name.ts";

describe("the database that an address names", () => {
  it.each([
    ["/", "a/b"],
    ["\\", "a\\b"],
    [".", "a.b"],
    ['"', 'a"b'],
    ["$", "$a"],
    ["*", "a*"],
    ["<", "a<b"],
    [">", "a>b"],
    [":", "a:b"],
    ["|", "a|b"],
    ["?", "a?b"],
    [" ", "my db"],
    ["\0", "a\0b"],
  ])("cannot contain %j", (character, name) => {
    const told = databaseNameProblem(`mongodb://u:p%2F@h1:1,h2:2/${encodeURIComponent(name)}?ssl=true`);
    expect(told).toBe(
      `names a database whose name contains ${character === " " ? "a space" : JSON.stringify(character)}, which servers do not accept`,
    );
  });

  it.each([
    ["mongodb://host/my db", /contains a space/],
    ["mongodb://host/a.b", /contains "\."/],
    ["mongodb+srv://host/db/", /contains "\/"/],
    ["mongodb://host/100%", /cannot be decoded: write % as %25/],
    [`mongodb://host/${"x".repeat(64)}`, /has 64 bytes; the limit is 63/],
    [`mongodb://host/${encodeURIComponent("é".repeat(32))}`, /has 64 bytes/],
    ["mongodb://host/local", /the database local, which belongs to the server/],
    ["mongodb://host/LOCAL", /the database LOCAL, which belongs to the server/],
    ["mongodb://host/config?w=1", /the database config, which belongs to the server/],
  ])("%s cannot be used", (address, expected) => {
    expect(databaseNameProblem(address)).toMatch(expected);
  });

  it.each([
    "mongodb://host",
    "mongodb://host/",
    "mongodb://host/?authSource=a.b",
    "mongodb://host?x=/a.b",
    "mongodb://%2Ftmp%2Fmongodb-27017.sock/pulse_ingest",
    "mongodb://u:p%40ss@host/pulse-ingest\n",
    `mongodb://host/${"x".repeat(63)}`,
    `mongodb://host/${encodeURIComponent("é".repeat(31))}`,
    "mongodb://host/admin",
  ])("%s can be used", (address) => {
    expect(databaseNameProblem(address)).toBeNull();
  });

  it("cannot be read from an address whose password is not escaped", () => {
    const told = databaseNameProblem("mongodb://me:ge/hei$m@host/db");
    expect(told).toBe("cannot be read: in user and password, write / as %2F, @ as %40, : as %3A");
  });

  it("causes a warning if it may be meant for the login", () => {
    expect(databaseNameWarning("mongodb://u:p@host/admin?x=y")).toMatch(/\/pulse_ingest\?authSource=admin$/);
    expect(databaseNameWarning("mongodb://u:p@host/pulse_ingest?authSource=admin")).toBeNull();
  });

  it("causes a warning if it has characters that cannot be seen", () => {
    expect(databaseNameWarning("mongodb://u:p@host/pulse%C2%A0ingest")).toMatch(
      /it is "pulse\\u00a0ingest"$/,
    );
    expect(databaseNameWarning("mongodb://u:p@host/pulse_ingest\u200b")).toMatch(/"pulse_ingest\\u200b"$/);
  });

  it("may be missing", () => {
    const addresses = [
      "mongodb://h",
      "mongodb://h/",
      "mongodb://h/?a=b",
      "mongodb://h?a=/b",
      "mongodb://h/b",
    ];
    expect(addresses.map(namesDatabase)).toEqual([false, false, false, false, true]);
  });
});
