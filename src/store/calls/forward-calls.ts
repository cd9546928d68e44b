/** Passes one call to the object that currently handles calls. */
export type Ask<Port> = <Result>(call: (port: Port) => Promise<Result>) => Promise<Result>;

/**
 * Returns a port whose methods forward to another object, which `ask` chooses for each call. The methods are not listed, so a new
 * method needs no change here.
 *
 * @param own - members that are not forwarded. All members that are not asynchronous methods belong here.
 */
export function forwardCalls<Port extends object>(own: Partial<Port>, ask: Ask<Port>): Port {
  const forwarding = new Proxy(own, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      // An object with a `then` method is treated as a promise when it is awaited. Symbols are looked up by JavaScript itself.
      if (typeof name === "symbol" || name === "then") return undefined;
      return (...args: unknown[]) => ask((port) => callMethod(port, name, args));
    },
  });
  // The cast is safe because the port's type lets callers call only its methods, with the right arguments.
  return forwarding as Port;
}

async function callMethod(port: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(port, name);
  if (typeof method !== "function") throw new TypeError(`it has no method ${name}`);
  return Reflect.apply(method, port, args);
}
