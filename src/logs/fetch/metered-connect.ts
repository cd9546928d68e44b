import type { Socket } from "node:net";
import { buildConnector } from "undici";
import type { FetchLimits } from "./fetch-limits.ts";
import { holdEnd } from "./hold-end.ts";
import { LogFetchError } from "./log-source.ts";

// The headers of an answer have at most 16 KiB (the HTTP client's limit). Interim answers and TLS records need more.
const OVERHEAD_BYTES = 64 * 1024;

/**
 * Returns a connector that ends a connection when it receives more bytes than an answer may have. It counts bytes at the
 * TCP socket, because the HTTP client hides chunk extensions, trailers, interim answers and TLS padding. A hostile server
 * can make those thousands of times larger than the body.
 *
 * Each connection serves one answer, so its bytes are the answer's bytes. For https, the TCP connection and the TLS
 * handshake each have `connectMs`; the fetch's clock limits both together. `holdEnd` makes the end of a connection wait for a slow
 * reader.
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
        holdEnd(socket);
        callback(null, socket);
      });
      return;
    }
    // TLS starts on an open TCP connection, because a TLS socket counts only decrypted bytes.
    connect({ ...options, protocol: "http:", port: options.port || "443" }, (error, tcp) => {
      if (error !== null) return callback(error, null);
      startTls({ ...options, httpSocket: tcp }, (tlsError, socket) => {
        if (tlsError !== null) {
          tcp.destroy();
          return callback(tlsError, null);
        }
        meter(socket, tcp, limits.bytes);
        holdEnd(socket);
        callback(null, socket);
      });
    });
  };
}

/** Destroys `socket` once more than `maxBytes` plus the overhead have arrived at `tcp`, counted from now. */
function meter(socket: Socket, tcp: Socket, maxBytes: number): void {
  const before = tcp.bytesRead;
  socket.on("readable", () => {
    if (tcp.bytesRead - before <= maxBytes + OVERHEAD_BYTES) return;
    const detail = `more than ${maxBytes} bytes were transferred, chunk framing and trailers included`;
    socket.destroy(new LogFetchError("too-large", detail, true));
  });
}
