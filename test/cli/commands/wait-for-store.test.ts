import { expect, it, jest } from "@jest/globals";
import { waitForStore } from "../../../src/cli/commands/wait-for-store.ts";
import { Unavailable } from "../../../src/domain/faults.ts";

const away = (): Unavailable => new Unavailable("store", "the disk is full", undefined, 1);

it("names the store that it waits for, and says so at growing intervals", async () => {
  const told: string[] = [];
  const write = jest.spyOn(process.stderr, "write").mockImplementation((line) => told.push(String(line)) > 0);
  let calls = 0;
  const { ask } = waitForStore({ name: "sqlite (a)", answer: () => (++calls > 9 ? "yes" : null) });
  const answer = await ask(async (store) => {
    const given = store.answer();
    if (given === null) throw away();
    return given;
  });
  write.mockRestore();
  expect(answer).toBe("yes");
  const line = "sqlite (a) is away: the disk is full; trying again for 30 s\n";
  expect(told).toEqual([line, line, line, line, "sqlite (a) is back\n"]);
});

it("gives up after its time limit, and names the store", async () => {
  const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const { ask } = waitForStore({ name: "sqlite (a)" }, undefined, 5);
  const given = ask(() => Promise.reject(away()));
  await expect(given).rejects.toThrow(/^store unavailable: sqlite \(a\): the disk is full$/);
  write.mockRestore();
});
