import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { jsonText } from "./send-json.ts";

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers a request that cannot be parsed or did not arrive in time, and closes the connection. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  errorBody: (text: string) => object,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  // The client sent more after the last request of this connection. That request may still be in progress; its answer closes the connection.
  if (error.code === "HPE_CLOSED_CONNECTION") return;
  const status = statuses[error.code ?? ""] ?? 400;
  const reason = STATUS_CODES[status] ?? "";
  const body = jsonText(errorBody(reason));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "x-content-type-options: nosniff",
    "cache-control: no-store",
    "connection: close",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Close the connection after the answer, because the rest of the request is never read.
  socket.destroySoon();
}
