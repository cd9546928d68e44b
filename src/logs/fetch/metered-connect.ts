import type { Socket } from "node:net";
import { buildConnector } from "undici";
import type { FetchLimits } from "./fetch-limits.ts";
import { LogFetchError } from "./log-source.ts";

// The head of an answer is at most 16 KiB (the HTTP client's limit); interim answers and TLS records have some more.
const OVERHEAD_BYTES = 64 * 1024;

/**
 * Connects by `connect`, and ends each connection that receives more than an answer may have. It counts what arrives at
 * the TCP socket. The HTTP client hides chunk extensions, trailers, interim answers and padding of TLS, which a hostile
 * server can make thousands of times larger than the body.
 *
 * A connection serves one answer, so that its bytes are the answer's bytes. For https, the TCP connection and the TLS
 * handshake each have `connectMs`; the fetch's clock bounds both together.
 */
export function createMeteredConnect(
  connect: buildConnector.connector,
  limits: Pick<FetchLimits, "bytes" | "connectMs">,
): buildConnector.connector {
  const startTls = buildConnector({ timeout: limits.connectMs });
  return (options, callback) => {
    if (options.protocol !== "https:") {
      connect(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        meter(socket, socket, limits.bytes);
        callback(null, socket);
      });
      return;
    }
    // TLS is started on a TCP connection that is made first, because a TLS socket only counts what it has decrypted.
    connect({ ...options, protocol: "http:", port: options.port || "443" }, (error, tcp) => {
      if (error !== null) return callback(error, null);
      startTls({ ...options, httpSocket: tcp }, (tlsError, socket) => {
        if (tlsError !== null) {
          tcp.destroy();
          return callback(tlsError, null);
        }
        meter(socket, tcp, limits.bytes);
        callback(null, socket);
      });
    });
  };
}

/** Destroys `socket` once more than `maxBytes` and the overhead have arrived at `tcp` from now on. */
function meter(socket: Socket, tcp: Socket, maxBytes: number): void {
  const before = tcp.bytesRead;
  socket.on("readable", () => {
    if (tcp.bytesRead - before <= maxBytes + OVERHEAD_BYTES) return;
    const detail = `more than ${maxBytes} bytes were transferred, chunk framing and trailers included`;
    socket.destroy(new LogFetchError("too-large", detail, true));
  });
}
