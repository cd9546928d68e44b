import type { FastifyReply } from "fastify";
import { sendJson } from "../server/send-json.ts";

/** Returns the body of an error of the REST API. See spec/rest-submission.md 1.5. */
export function detailBody(detail: string): { readonly detail: string } {
  return { detail };
}

/** Sends an error of the REST API. */
export function sendDetail(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return sendJson(reply, status, detailBody(detail));
}

/** Sends a 503 that tells the client to try again later. */
export function sendTryLater(reply: FastifyReply, detail: string): FastifyReply {
  return sendDetail(reply.header("retry-after", String(RETRY_AFTER_SECONDS)), 503, detail);
}

const RETRY_AFTER_SECONDS = 5;
