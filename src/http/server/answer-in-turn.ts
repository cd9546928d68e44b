import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Handles the requests of one connection one at a time. Node starts all pipelined requests immediately, so a client that
 * never reads its answers could otherwise keep thousands of requests in progress.
 */
export function answerInTurn(handler: RequestListener): RequestListener {
  const latest = new WeakMap<Socket, ServerResponse>();
  return (request, response) => {
    const { socket } = request;
    const before = latest.get(socket);
    latest.set(socket, response);
    if (before === undefined || before.closed) {
      handler(request, response);
      return;
    }
    // Wait for the next turn of the event loop, so that other connections are served in between.
    before.once("close", () =>
      setImmediate(() => {
        if (!socket.destroyed) handler(request, response);
      }),
    );
  };
}
