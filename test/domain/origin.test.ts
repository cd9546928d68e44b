import { expect, it } from "@jest/globals";
import { isClient, senderOf, storedSenderOf, toStoredRoute } from "../../src/domain/origin.ts";

it("the sender of a delivery is its exchange, and never looks like a client", () => {
  const pulse = (exchange: string) => ({
    kind: "pulse" as const,
    ...{ exchange, routingKey: "x.try", redelivered: false },
  });
  const rest = { kind: "rest" as const, clientId: "bot", endpoint: "/api/project/try/jobs/" };
  expect(senderOf(pulse("exchange/a/v1/jobs"))).toBe("exchange/a/v1/jobs");
  expect(senderOf(rest)).toBe("client:bot");
  // Otherwise it would use up the daily quota of rejections of the client, and have the same metrics.
  expect(senderOf(pulse("client:bot"))).toBe("exchange:client:bot");
  for (const origin of [pulse("exchange/a/v1/jobs"), pulse("client:bot"), rest]) {
    expect(isClient(senderOf(origin))).toBe(origin.kind === "rest");
    expect(storedSenderOf(toStoredRoute(origin))).toBe(senderOf(origin));
  }
});
