import { createServer, connect as dial, type Socket } from "node:net";

export interface BrokerDoor {
  /** The broker's address through this door. */
  readonly url: string;
  close(): void;
}

/** Forwards everything to a broker until a client sends the mark; then it runs its action. */
export async function openBrokerDoor(
  brokerUrl: string,
  mark: string,
  onMark: (near: Socket, far: Socket) => void,
): Promise<BrokerDoor> {
  const url = new URL(brokerUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(target);
    far.pipe(near);
    near.on("data", (chunk) => {
      if (chunk.includes(mark)) onMark(near, far);
      else far.write(chunk);
    });
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url.port = String(address.port);
  return {
    url: url.href,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** An action for a door: from now on neither side receives anything from the other, not even the end of the connection. */
export function fallSilent(near: Socket, far: Socket): void {
  far.unpipe(near);
  for (const socket of [near, far]) socket.pause();
}
