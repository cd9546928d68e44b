import type { Message } from "amqplib";

const NO_BODY = Buffer.alloc(0);
const NO_PROPERTIES = {
  contentType: undefined,
  contentEncoding: undefined,
  headers: undefined,
  deliveryMode: undefined,
  priority: undefined,
  correlationId: undefined,
  replyTo: undefined,
  expiration: undefined,
  messageId: undefined,
  timestamp: undefined,
  type: undefined,
  userId: undefined,
  appId: undefined,
  clusterId: undefined,
};

/**
 * Returns the message to pass to amqplib when a delivery is settled. amqplib reads only its delivery tag, so the rest of the
 * delivered message need not be kept until then.
 */
export function taggedMessage(deliveryTag: number): Message {
  const fields = { deliveryTag, redelivered: false, exchange: "", routingKey: "" };
  return { fields, properties: NO_PROPERTIES, content: NO_BODY };
}
