/** Passes one call to the object that answers calls now. */
export type Ask<Port> = <Result>(call: (port: Port) => Promise<Result>) => Promise<Result>;

/**
 * A port that may change the object behind it: every method forwards to whatever `ask` hands out at that moment. The
 * methods are not listed, so a new one costs nothing.
 *
 * @param own - members that are answered here and not forwarded. All members that are not asynchronous methods belong here.
 */
export function forwardCalls<Port extends object>(own: Partial<Port>, ask: Ask<Port>): Port {
  const forwarding = new Proxy(own, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      // A promise must not treat this object as another promise, and JavaScript itself asks for symbols.
      if (typeof name === "symbol" || name === "then") return undefined;
      return (...args: unknown[]) => ask((port) => callMethod(port, name, args));
    },
  });
  // Callers are held to the type of the port: they call its methods alone, with their arguments.
  return forwarding as Port;
}

async function callMethod(port: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(port, name);
  if (typeof method !== "function") throw new TypeError(`it has no method ${name}`);
  return Reflect.apply(method, port, args);
}
