import { expect, it } from "@jest/globals";
import { forwardCalls } from "../../../src/store/calls/forward-calls.ts";
import { createGuard } from "../../../src/store/calls/guard-calls.ts";
import { type Around, wrapCalls } from "../../../src/store/calls/wrap-calls.ts";

it("every method of a port goes through the wrapper, with its own arguments and result", async () => {
  let calls = 0;
  const around: Around = async (call) => {
    calls++;
    return call();
  };
  const port = { add: (a: number, b: number) => a + b, name: async (of: string) => `name of ${of}` };
  const wrapped = wrapCalls(port, around);
  const sum: Promise<number> = wrapped.add(1, 2);
  expect(await sum).toBe(3);
  expect(await wrapped.name("x")).toBe("name of x");
  expect(calls).toBe(2);
});

it("a guarded call translates the driver's errors, and throws Unavailable after the store has been closed", async () => {
  const { guard, end } = createGuard((error) =>
    error instanceof RangeError ? new TypeError("meant") : error,
  );
  const port = {
    read: () => 1,
    fail: (): number => {
      throw new RangeError("said");
    },
  };
  const { read, fail } = wrapCalls(port, guard);
  expect(await read()).toBe(1);
  await expect(fail()).rejects.toThrow(new TypeError("meant"));
  expect([end(), end()]).toEqual([true, false]);
  await expect(read()).rejects.toThrow("store unavailable: it has been closed");
});

it("calls are forwarded to the current object, except own members, `then` and symbols", async () => {
  interface Port {
    readonly name: string;
    who(greeting: string): Promise<string>;
  }
  const aPort = (name: string): Port => ({ name, who: async (greeting) => `${greeting} ${name}` });
  let now = aPort("first");
  const port = forwardCalls<Port>({ name: "own" }, (call) => call(now));
  expect(await port.who("hello")).toBe("hello first");
  now = aPort("second");
  expect(await port.who("hello")).toBe("hello second");
  expect(port.name).toBe("own");
  expect(await Promise.resolve(port)).toBe(port);
  expect(Reflect.get(port, Symbol.iterator)).toBeUndefined();
});
