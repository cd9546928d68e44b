import { expect, it } from "@jest/globals";
import { createDeliveryHandler } from "../../src/ingest/deliveries/delivery-handler.ts";
import { begin, type MessageProgress } from "../../src/ingest/progress/message-progress.ts";
import { aDelivery } from "../examples.ts";
import { messageOf, realRead } from "./write-messages.ts";

const fault = { reason: "internal-error", detail: "TypeError: a bug" } as const;
const failed = { index: 0, outcome: "failed", fault, guid: null, project: null } as const;

function ended(isBug: boolean): MessageProgress {
  const progress = begin(messageOf(aDelivery({})));
  const job = {
    ...failed,
    refused: [],
    warnings: [],
    eventLagSeconds: null,
    isOfOtherExchange: false,
    keptPush: null,
  };
  return isBug ? { ...progress, reading: realRead(aDelivery({})), ended: [job] } : progress;
}

it("returns a failed delivery immediately, but a redelivered one that fails because of a bug only after a pause", async () => {
  const returned: string[] = [];
  const handle = async (name: string, redelivered: boolean, isBug: boolean): Promise<void> => {
    const handler = createDeliveryHandler(async () => ({ kind: "ended", progress: ended(isBug) }), realRead);
    expect(await handler(aDelivery({}, { redelivered }))).toBe("requeue");
    returned.push(name);
  };
  await Promise.all([
    handle("a bug, again", true, true),
    handle("a bug, for the first time", false, true),
    handle("not written, for example at a shutdown", true, false),
  ]);
  expect(returned.at(-1)).toBe("a bug, again");
});
