import { pipeline, Readable } from "node:stream";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { acceptsCoding } from "../server/accepts-coding.ts";

const compress = promisify(gzip);

/** Shorter answers fit into one packet anyway. */
const SMALLEST_BYTES = 1400;

/**
 * Compresses the answers of a scope with gzip, if the client accepts it. Call it after adding all hooks that need the plain answer.
 * A page that is sent in pieces is compressed piece by piece. Any other stream, such as events, is not compressed.
 */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook("onSend", async (request, reply, payload: unknown) => {
    const isLong = Buffer.isBuffer(payload) && payload.length >= SMALLEST_BYTES;
    const isPieces = payload instanceof Readable && isPage(reply.getHeader("content-type"));
    if (!isLong && !isPieces) return payload;
    const vary = reply.getHeader("vary");
    reply.header("vary", vary === undefined ? "Accept-Encoding" : `${String(vary)}, Accept-Encoding`);
    if (!acceptsCoding(request.headers["accept-encoding"], "gzip")) return payload;
    reply.header("content-encoding", "gzip");
    if (isLong) return compress(payload);
    // Flushes after each piece, so that it is sent immediately. An error ends both streams.
    return pipeline(payload, createGzip({ flush: constants.Z_SYNC_FLUSH }), () => undefined);
  });
}

function isPage(type: unknown): boolean {
  return /^text\/html\b/.test(String(type));
}
