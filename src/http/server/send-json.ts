import type { FastifyReply } from "fastify";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";

/** A JSON text to send. Credentials in URLs are blanked, wherever a text may have picked them up. */
export function jsonText(body: unknown): string {
  return `${escapeInvisibleLines(blankSecrets(JSON.stringify(body)))}\n`;
}

/** Sends a JSON answer. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return sendJsonText(reply.code(status), jsonText(body));
}

/** Sends a JSON text. As bytes: to text fastify would add a charset, which JSON does not have. */
export function sendJsonText(reply: FastifyReply, text: string): FastifyReply {
  return reply.header("content-type", "application/json").send(Buffer.from(text));
}
