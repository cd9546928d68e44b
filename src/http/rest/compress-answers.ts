import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";

const compress = promisify(gzip);

/** Shorter answers fit into one packet anyway. */
const SMALLEST_BYTES = 1400;

/** Compresses the answers of a scope with gzip, if the client accepts it. Call it after all hooks that need the plain answer. */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook("onSend", async (request, reply, payload: unknown) => {
    if (!Buffer.isBuffer(payload) || payload.length < SMALLEST_BYTES) return payload;
    const vary = reply.getHeader("vary");
    reply.header("vary", vary === undefined ? "Accept-Encoding" : `${String(vary)}, Accept-Encoding`);
    if (!acceptsGzip(request.headers["accept-encoding"])) return payload;
    reply.header("content-encoding", "gzip");
    return compress(payload);
  });
}

/** Returns whether an `Accept-Encoding` header names gzip, or all encodings, and does not exclude it by `q=0`. */
export function acceptsGzip(accepted: string | string[] | undefined): boolean {
  const weights = new Map<string, boolean>();
  for (const part of String(accepted ?? "").split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    weights.set(name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)));
  }
  return weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? false;
}
