import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Hands on the requests of one connection one after the other, as their answers leave. Node hands on at once whatever
 * a client sends without waiting for answers, so a client that never reads could have thousands worked on.
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
    // In a turn of the event loop of its own: other connections have theirs in between.
    before.once("close", () =>
      setImmediate(() => {
        if (!socket.destroyed) handler(request, response);
      }),
    );
  };
}
