import { connect, createServer, type Socket } from "node:net";

export interface CutProxy {
  readonly port: number;
  /** Ends all connections and takes no new ones: for those on this side, the server is away. */
  cut(): void;
  /** Lets nothing more through, either way, on the connections that there are, and tells nobody; new ones go through. */
  freeze(): void;
  /** Lets connections through again. */
  mend(): void;
  close(): Promise<void>;
}

/** Lets TCP connections through to a port of this machine, until they are cut. */
export async function startCutProxy(targetPort: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      // Whichever end breaks off, the other one is told by the close.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        if (!frozen.has(socket)) other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut() {
      isCut = true;
      endAll();
    },
    freeze() {
      for (const socket of sockets) {
        frozen.add(socket);
        // Swallowed: as on a way that has been lost, the sender learns nothing.
        socket.unpipe();
        socket.resume();
      }
    },
    mend() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
      }),
  };
}
