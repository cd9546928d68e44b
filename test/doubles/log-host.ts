import { createServer, type Socket } from "node:net";

/** How the host answers a request. It writes to the raw socket. */
export type Behaviour = (socket: Socket, request: string) => void;

export interface LogHost {
  /** The host's URL, such as `http://127.0.0.1:port`. */
  readonly url: string;
  readonly port: number;
  /** How many connections arrived, with or without a request. */
  readonly connections: () => number;
  /** The heads of all requests, in order. */
  readonly requests: readonly string[];
  /** How many connections are open now. */
  readonly open: () => number;
  close(): Promise<void>;
}

/**
 * Starts a log host on a raw socket, so that it can break every rule of HTTP.
 * @param paths - the behaviour for each path (without query). Other paths get 404.
 * @param address - the address to listen on. 127.0.0.2 and the like are loopback too, and can represent another machine.
 */
export async function startLogHost(
  paths: Readonly<Record<string, Behaviour>>,
  address = "127.0.0.1",
  port = 0,
): Promise<LogHost> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    let head = "";
    socket.on("close", () => sockets.delete(socket));
    // A client that stops reading resets the connection, which needs no handling.
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      head += data.toString("latin1");
      for (let end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
        const request = head.slice(0, end);
        head = head.slice(end + 4);
        requests.push(request);
        const path = request.split(" ")[1]?.split("?")[0] ?? "";
        (paths[path] ?? answer("gone", "404 Not Found"))(socket, request);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    url: `http://${host}:${bound.port}`,
    port: bound.port,
    connections: () => connections,
    requests,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Sends a correct answer with this body. */
export function answer(body: string | Uint8Array, status = "200 OK", headers = ""): Behaviour {
  return (socket) => {
    const bytes = Buffer.from(body);
    socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${bytes.length}\r\n${headers}\r\n`);
    socket.write(bytes);
  };
}

export function redirect(to: string, status = "302 Found"): Behaviour {
  return answer("this way", status, `Location: ${to}\r\n`);
}

/** Sends exactly these bytes, and then closes the connection unless told not to. */
export function raw(text: string, ending: "end" | "reset" | "stay" = "end"): Behaviour {
  return (socket) => {
    socket.write(Buffer.from(text, "latin1"), () => {
      if (ending === "end") socket.end();
      // The bytes need time to arrive, because a reset discards data that is still in the buffers.
      if (ending === "reset") setTimeout(() => socket.resetAndDestroy(), 50);
    });
  };
}

/** Sends a head without a length, then `piece` again and again: as fast as it is read, or at an interval. */
export function endless(piece: Uint8Array, everyMs = 0): Behaviour {
  return (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const go = (): void => {
      if (socket.destroyed) return;
      if (everyMs > 0) socket.write(piece, () => setTimeout(go, everyMs));
      else if (socket.write(piece)) setImmediate(go);
      else socket.once("drain", go);
    };
    go();
  };
}
