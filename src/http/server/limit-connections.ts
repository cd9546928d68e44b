import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps a server from having more than so many connections: a new one beyond the limit ends the oldest. Clients that
 * never read their answers can therefore not keep a probe out, as they could if new connections were refused.
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
