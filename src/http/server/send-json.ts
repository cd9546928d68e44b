import type { FastifyReply } from "fastify";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";

/** Returns a body as JSON text. Credentials in URLs are blanked in all of it. */
export function jsonText(body: unknown): string {
  return `${escapeInvisibleLines(blankSecrets(JSON.stringify(body)))}\n`;
}

/** Sends a JSON answer. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return sendJsonText(reply.code(status), jsonText(body));
}

/** Sends a JSON text. It is sent as bytes, because fastify would add a charset to text, and JSON has none. */
export function sendJsonText(reply: FastifyReply, text: string): FastifyReply {
  return reply.header("content-type", "application/json").send(Buffer.from(text));
}
