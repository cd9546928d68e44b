import { connect, createServer, type Socket } from "node:net";

export interface CutProxy {
  readonly port: number;
  /** The number of bytes sent to the server so far. */
  sentBytes(): number;
  /** Closes all connections and refuses new ones, so that the server seems to be away. */
  cut(): void;
  /** Closes all connections, but accepts new ones. */
  drop(): void;
  /** Makes all open connections half-open: no more data passes, and neither side learns of an end. New connections are accepted. */
  freeze(): void;
  /** Delays all data by this time from now on, and stops reading during each delay. 0 means no delay. */
  slow(delayMs: number): void;
  /** Accepts connections again, at full speed. Frozen or closed ones stay so. */
  restore(): void;
  close(): Promise<void>;
}

/** Forwards TCP connections to a port of this machine, and disturbs them on request. */
export async function startCutProxy(targetPort: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let isCut = false;
  let delayMs = 0;
  let sentBytes = 0;

  function passOn(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on("data", (data) => {
      if (frozen.has(from)) return;
      from.pause();
      const write = (): void => {
        if (frozen.has(from) || to.destroyed) return;
        if (to.write(data)) from.resume();
        else to.once("drain", () => frozen.has(from) || from.resume());
      };
      if (delayMs === 0) write();
      else setTimeout(write, delayMs);
    });
    from.on("end", () => frozen.has(from) || to.end());
    // `close` follows every `error` event, and is handled there.
    from.on("error", () => undefined);
    from.on("close", (hadError) => {
      sockets.delete(from);
      if (frozen.has(from)) return;
      if (hadError) to.destroy();
      else to.end();
    });
  }

  const server = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, "127.0.0.1");
    near.on("data", (data) => {
      sentBytes += data.length;
    });
    passOn(near, far);
    passOn(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    sentBytes: () => sentBytes,
    drop,
    cut() {
      isCut = true;
      drop();
    },
    freeze() {
      for (const socket of sockets) {
        frozen.add(socket);
        socket.pause();
      }
    },
    slow(ms) {
      delayMs = ms;
    },
    restore() {
      isCut = false;
      delayMs = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
