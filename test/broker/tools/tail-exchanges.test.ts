import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { tailExchanges } from "../../../src/broker/tools/tail-exchanges.ts";
import { Misuse } from "../../../src/domain/faults.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`looking at exchanges on ${broker.name}`, () => {
  it("names the missing permission if the user may not declare a queue", async () => {
    const { admin } = broker.server();
    const user = `looker-${randomUUID()}`;
    const url = await admin.addUser(user, "secret", { configure: "^$", write: ".*", read: ".*" });
    const looking = tailExchanges({
      url,
      bindings: [{ exchange: "amq.topic", routing_key: "#" }],
      maxBodyBytes: 1000,
      stop: new AbortController().signal,
      onRefused: () => undefined,
      onOpen: () => undefined,
      onDelivery: async () => undefined,
    });
    await expect(looking).rejects.toThrow(
      new Misuse([`user ${user} may not declare a queue: it needs full access to queue/${user}/.*`]),
    );
    await admin.request("DELETE", `/api/users/${user}`);
  });
});
