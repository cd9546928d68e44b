import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, jest } from "@jest/globals";

let picks: number[] = [];
jest.unstable_mockModule("node:crypto", () => ({ randomInt: () => picks.shift() ?? 12_999 }));
const { freePort } = await import("./free-port.ts");

afterEach(() => {
  picks = [];
});

describe("a free port", () => {
  it("is not a port on which another program listens", async () => {
    const server = createServer().listen(12_345, "127.0.0.1");
    await once(server, "listening");
    picks = [12_345, 12_346];
    expect(await freePort()).toBe(12_346);
    server.close();
  });

  it("is given out only once", async () => {
    picks = [12_347, 12_347, 12_348];
    expect([await freePort(), await freePort()]).toEqual([12_347, 12_348]);
  });

  it("can be given out again when its process has been killed", async () => {
    // Another process may get any port of the range, so it prints the port that it got.
    const script = `
      import { freePort } from ${JSON.stringify(join(import.meta.dirname, "free-port.ts"))};
      console.log(await freePort());
      setInterval(() => undefined, 1000);`;
    const other = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(other.stdout, "data");
    const taken = Number(String(line));

    picks = [taken, 12_350];
    expect(await freePort()).toBe(12_350);

    other.kill("SIGKILL");
    await once(other, "exit");
    picks = [taken];
    expect(await freePort()).toBe(taken);
  });
});
