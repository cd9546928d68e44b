import { METHODS } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendJson } from "./send-json.ts";

/** The paths that a server knows, and what it answers to the methods that they do not have. */
export interface KnownPaths {
  list(): readonly string[];
  /** Answers 405 with `Allow` to all other methods of these paths. To be called once all routes are registered. */
  refuseOtherMethods(): void;
}

/** Notes every route that is registered from now on. Fastify itself answers 404 where 405 would be right. */
export function noteKnownPaths(app: FastifyInstance): KnownPaths {
  const methodsOf = new Map<string, string[]>();
  app.addHook("onRoute", ({ url, method }) => {
    methodsOf.set(url, [...(methodsOf.get(url) ?? []), ...[method].flat()]);
  });
  for (const method of METHODS) {
    // CONNECT asks for a tunnel, and Node closes such a connection.
    if (method !== "CONNECT" && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  const list = (): string[] => [...methodsOf.keys()];
  return {
    list,
    refuseOtherMethods() {
      for (const url of list()) {
        const methods = methodsOf.get(url) ?? [];
        const others = app.supportedMethods.filter((method) => !methods.includes(method));
        const allow = methods.join(", ");
        const refuse = async (_request: FastifyRequest, reply: FastifyReply) =>
          sendJson(reply.header("allow", allow), 405, { error: "this method is not for this path", methods });
        // As a hook too, which runs before a body is read: its type and length do not matter.
        app.route({ method: others, url, onRequest: refuse, handler: refuse });
      }
    },
  };
}
