/** Passes one call to the object that currently answers. */
export type Ask<Port> = <Result>(call: (port: Port) => Promise<Result>) => Promise<Result>;

/**
 * Returns a port whose object may change: every method forwards to the object that `ask` uses at that moment. The methods
 * are not listed, so a new one needs no change here.
 *
 * @param own - members that are not forwarded. All members that are not asynchronous methods belong here.
 */
export function forwardCalls<Port extends object>(own: Partial<Port>, ask: Ask<Port>): Port {
  const forwarding = new Proxy(own, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      // With a `then`, promises would treat this object as a promise. Symbols are looked up by JavaScript itself.
      if (typeof name === "symbol" || name === "then") return undefined;
      return (...args: unknown[]) => ask((port) => callMethod(port, name, args));
    },
  });
  // The port's type ensures that callers only call its methods, with the right arguments.
  return forwarding as Port;
}

async function callMethod(port: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(port, name);
  if (typeof method !== "function") throw new TypeError(`it has no method ${name}`);
  return Reflect.apply(method, port, args);
}
