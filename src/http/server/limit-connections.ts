import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Limits the number of connections. A new connection beyond the limit closes the oldest one. If new connections were refused
 * instead, clients that never read their answers could lock out probes.
 */
export function limitConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    if (open.size <= most) return;
    const [oldest] = open;
    oldest?.destroy();
  });
}
