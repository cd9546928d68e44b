/** Makes one call, and adds what every call needs, such as a time limit, a retry or error translation. */
export type Around = <R>(call: () => R | Promise<R>) => Promise<R>;

type Method = (...args: never[]) => unknown;

/** A port with the same methods, each of which returns a promise. */
export type Promised<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** Passes every call of a port through `around`. The methods are not listed, so a new method needs no change here. */
export function wrapCalls<Port extends Readonly<Record<string, Method>>>(
  port: Port,
  around: Around,
): Promised<Port> {
  const wrapped = Object.entries(port).map(([name, method]) => [
    name,
    (...args: never[]) => around(() => method(...args)),
  ]);
  // `Object.entries` loses the types. The cast is safe: each method has the same arguments and result as before, because
  // `around` returns what the call returns.
  return Object.fromEntries(wrapped) as Promised<Port>;
}
