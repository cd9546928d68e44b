/** Permissions of a RabbitMQ user, as regular expressions for names of exchanges and queues; `"^$"` allows none. */
export type Rights = { configure: string; write: string; read: string };

/** The part of RabbitMQ's management API that tests need. */
export type RabbitmqAdmin = {
  /**
   * Sends one request, such as `("GET", "/api/queues/%2F")`. Returns the parsed answer; null if it is empty.
   * @throws Error with status and text for any answer over 299.
   */
  request(method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
  /** Creates or changes a user without tags, with these permissions in one vhost. Returns its AMQP address. */
  addUser(name: string, password: string, rights: Rights, vhost?: string): Promise<string>;
  /** Creates a vhost in which the administrator has all permissions. Returns the administrator's AMQP address for it. */
  addVhost(name: string): Promise<string>;
  removeVhost(name: string): Promise<void>;
};

/**
 * @param adminUrl - `http://127.0.0.1:15672`, without user and password.
 * @param amqpUrl - the administrator's AMQP address; its user and password are used for the API too.
 */
export function createRabbitmqAdmin(adminUrl: string, amqpUrl: string): RabbitmqAdmin {
  const { username, password } = new URL(amqpUrl);
  const user = decodeURIComponent(username) || "guest";
  const word = decodeURIComponent(password) || "guest";
  const authorization = `Basic ${Buffer.from(`${user}:${word}`).toString("base64")}`;

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, adminUrl), {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  const part = encodeURIComponent;
  const allow = (vhost: string, name: string, rights: Rights) =>
    request("PUT", `/api/permissions/${part(vhost)}/${part(name)}`, rights);

  return {
    request,
    async addUser(name, userPassword, rights, vhost = "/") {
      await request("PUT", `/api/users/${part(name)}`, { password: userPassword, tags: "" });
      await allow(vhost, name, rights);
      return amqpAddress(amqpUrl, vhost, name, userPassword);
    },
    async addVhost(name) {
      await request("PUT", `/api/vhosts/${part(name)}`, {});
      await allow(name, user, { configure: ".*", write: ".*", read: ".*" });
      return amqpAddress(amqpUrl, name);
    },
    async removeVhost(name) {
      await request("DELETE", `/api/vhosts/${part(name)}`);
    },
  };
}

function amqpAddress(amqpUrl: string, vhost: string, user?: string, password?: string): string {
  const address = new URL(amqpUrl);
  if (user !== undefined) address.username = encodeURIComponent(user);
  if (password !== undefined) address.password = encodeURIComponent(password);
  address.pathname = `/${encodeURIComponent(vhost)}`;
  return address.href;
}
