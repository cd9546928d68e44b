import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { acceptsCoding } from "../server/accepts-coding.ts";

const compress = promisify(gzip);

/** Shorter answers fit into one packet anyway. */
const SMALLEST_BYTES = 1400;

/** Compresses the answers of a scope with gzip, if the client accepts it. Call it after all hooks that need the plain answer. */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook("onSend", async (request, reply, payload: unknown) => {
    if (!Buffer.isBuffer(payload) || payload.length < SMALLEST_BYTES) return payload;
    const vary = reply.getHeader("vary");
    reply.header("vary", vary === undefined ? "Accept-Encoding" : `${String(vary)}, Accept-Encoding`);
    if (!acceptsCoding(request.headers["accept-encoding"], "gzip")) return payload;
    reply.header("content-encoding", "gzip");
    return compress(payload);
  });
}
