import type { Socket } from "node:net";

/** The code of the error of a connection that was reset. */
export const RESET = "CONNECTION_RESET";

/**
 * Makes the end of a connection wait until the HTTP client has read all that arrived before it, and a reset connection fail.
 *
 * If no length was announced, undici treats what has arrived before a reset as the whole body. Then the end of the log would be
 * missing, and nobody would know.
 *
 * undici 7 stops reading a socket while its body is read slowly. If the socket ends or is reset then, an assertion of undici fails
 * outside of any promise, and ends the thread (nodejs/undici, issue 5360; fixed in version 8, which needs a newer Node.js). It
 * reads until `read` returns null, unless it has stopped, so the result of its last `read` tells whether it has.
 */
export function holdEnd(socket: Socket): void {
  const read = socket.read.bind(socket);
  const push = socket.push.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let hasStopped = false;
  let isHeld = false;

  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    // Node.js itself calls read(0), which returns null whatever is there.
    if (size === 0) return chunk;
    hasStopped = chunk !== null;
    if (isHeld && !hasStopped) {
      isHeld = false;
      // Not within undici's call, which still has to handle the null.
      setImmediate(() => {
        push(null);
        read(0);
      });
    }
    return chunk;
  };
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk !== null || !hasStopped) return push(chunk, encoding);
    isHeld = true;
    return false;
  };
  socket.destroy = (error?: Error): Socket => destroy(isReset(error) ? new ResetConnection(error) : error);
}

function isReset(error: Error | undefined): error is Error {
  return error !== undefined && "code" in error && error.code === "ECONNRESET";
}

/** A reset connection, without the code at which undici treats what has arrived as the whole body. */
class ResetConnection extends Error {
  readonly code = RESET;

  constructor(cause: Error) {
    super("connection reset", { cause });
  }
}
