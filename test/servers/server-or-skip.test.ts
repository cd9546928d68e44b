import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { ServerMissing } from "./server-missing.ts";
import { serverOrSkip } from "./server-or-skip.ts";
import { isNearby } from "./shared-servers.ts";

const missing = () => Promise.reject(new ServerMissing("RabbitMQ 4", "not root", "run as root"));
let before: string | undefined;

beforeEach(() => {
  before = process.env["REQUIRE_SERVERS"];
  delete process.env["REQUIRE_SERVERS"];
});

afterEach(() => {
  if (before !== undefined) process.env["REQUIRE_SERVERS"] = before;
  jest.restoreAllMocks();
});

describe("tests that need a server", () => {
  it("run with the server if there is one", async () => {
    const wanted = await serverOrSkip(async () => ({ name: "RabbitMQ 4.3.6", port: 1 }));
    expect(wanted.describe).toBe(describe);
    expect(wanted.server().port).toBe(1);
  });

  it("are skipped with a line that says what is missing and how to get it", async () => {
    const printed = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    const wanted = await serverOrSkip(missing);
    expect(wanted.describe).toBe(describe.skip);
    expect(wanted.name).toBe("RabbitMQ 4 (missing)");
    expect(printed.mock.calls.flat().join("")).toMatch(/LEFT OUT.*RabbitMQ 4.*not root.*run as root/);
  });

  it("fail if servers are required", async () => {
    process.env["REQUIRE_SERVERS"] = "1";
    await expect(serverOrSkip(missing)).rejects.toThrow(ServerMissing);
  });

  it("fail if an available server does not start", async () => {
    await expect(serverOrSkip(() => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
  });
});

describe("an address in AMQP_URL or MONGODB_URL", () => {
  for (const url of [
    "amqp://localhost",
    "amqp://127.0.0.1:5673/%2F",
    "mongodb://[::1]:27017/",
    "amqp://broker:5672",
  ]) {
    it(`${url} is used by tests`, () => expect(isNearby(url)).toBe(true));
  }
  for (const url of [
    "amqps://user:word@pulse.example.org/",
    "amqp://10.0.0.7",
    "mongodb://[fd00::1]/",
    "mongodb://a:1,b:2/",
  ]) {
    it(`${url} is not touched by tests`, () => expect(isNearby(url)).toBe(false));
  }
});
