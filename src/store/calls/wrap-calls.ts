/** Makes one call, and adds what all calls of a group need: a time limit, a retry, another error. */
export type Around = <R>(call: () => R | Promise<R>) => Promise<R>;

type Method = (...args: never[]) => unknown;

/** The same methods, but each returns a promise. */
export type Promised<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** Passes every call of a port through `around`. The methods are not listed, so a new one needs no change here. */
export function wrapCalls<Port extends Readonly<Record<string, Method>>>(
  port: Port,
  around: Around,
): Promised<Port> {
  const wrapped = Object.entries(port).map(([name, method]) => [
    name,
    (...args: never[]) => around(() => method(...args)),
  ]);
  // TypeScript cannot follow the types through the entries. Each method still has its own arguments and result, because
  // `around` returns what the call returns.
  return Object.fromEntries(wrapped) as Promised<Port>;
}
