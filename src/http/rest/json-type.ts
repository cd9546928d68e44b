import type { FastifyReply, FastifyRequest } from "fastify";
import { sendDetail } from "./send-detail.ts";

/** Returns whether a `Content-Type` is JSON, with or without parameters. */
export function isJson(type: string | undefined): boolean {
  return type?.split(";")[0]?.trim().toLowerCase() === "application/json";
}

/** Refuses a body whose type is not JSON. See spec/rest-submission.md 1.2. */
export function refuseType({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendDetail(reply, 415, `Unsupported media type "${headers["content-type"] ?? ""}" in request.`);
}
