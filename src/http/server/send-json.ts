import type { FastifyReply } from "fastify";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";

/** Returns a value as JSON text, in which credentials in URLs are blanked. */
export function safeJson(value: unknown): string {
  return escapeInvisibleLines(blankSecrets(JSON.stringify(value)));
}

/** Returns a body as JSON text that ends with a line feed. */
export function jsonText(body: unknown): string {
  return `${safeJson(body)}\n`;
}

/** Sends a JSON answer. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return sendJsonText(reply.code(status), jsonText(body));
}

/** Sends a JSON text. */
export function sendJsonText(reply: FastifyReply, text: string): FastifyReply {
  return sendJsonBytes(reply, Buffer.from(text));
}

/** Sends a JSON text as bytes. Fastify would add a charset to text, and JSON has none. */
export function sendJsonBytes(reply: FastifyReply, bytes: Buffer): FastifyReply {
  return reply.header("content-type", "application/json").send(bytes);
}
