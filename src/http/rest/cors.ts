import type { FastifyInstance } from "fastify";

/** The origins whose web pages may read the answers: any, or a list of origins such as `https://ci.example.org`. */
export type AllowedOrigins = "any" | readonly string[];

/**
 * Adds CORS headers to the answers of a scope, and answers preflights. See spec/rest-submission.md 1.8. If the origin is
 * not allowed, answers have no such headers, and the browser does not let the page read them.
 */
export function allowOrigins(scope: FastifyInstance, allowed: AllowedOrigins): void {
  if (allowed.length === 0) return;
  scope.addHook("onRequest", async (request, reply) => {
    const { origin, "access-control-request-method": asked } = request.headers;
    if (allowed !== "any") reply.header("vary", "Origin");
    if (origin === undefined) return undefined;
    const granted = allowed === "any" ? "*" : allowed.find((one) => one === origin);
    if (granted === undefined) return undefined;
    reply.header("access-control-allow-origin", granted);
    if (request.method !== "OPTIONS" || asked === undefined) return undefined;
    return reply
      .code(200)
      .headers({
        "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
      })
      .send("");
  });
}
