import type { Socket } from "node:net";

/** The error code of a reset connection. */
export const RESET = "CONNECTION_RESET";

/**
 * Delays the end of a connection until the HTTP client has read everything that arrived before it, and makes the body of a reset
 * connection fail.
 *
 * If no length was announced, undici treats the bytes that arrived before a reset as the whole body. The end of the log would then be
 * missing without any error.
 *
 * undici 7 stops reading a socket while its body is read slowly. If the socket ends or is reset then, an assertion of undici fails
 * outside of any promise, and ends the thread (nodejs/undici, issue 5360; fixed in version 8, which needs a newer Node.js). Unless
 * undici has stopped reading, it calls `read` until that returns null. So the result of its last call shows whether it has stopped.
 */
export function holdEnd(socket: Socket): void {
  const read = socket.read.bind(socket);
  const push = socket.push.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let hasStopped = false;
  let isHeld = false;

  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    // Node.js itself calls read(0), which always returns null.
    if (size === 0) return chunk;
    hasStopped = chunk !== null;
    if (isHeld && !hasStopped) {
      isHeld = false;
      // Deferred, because undici still has to handle the null that this call returns.
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

/** The error of a reset connection. With the code `ECONNRESET`, undici would treat the bytes that have arrived as the whole body. */
class ResetConnection extends Error {
  readonly code = RESET;

  constructor(cause: Error) {
    super("connection reset", { cause });
  }
}
