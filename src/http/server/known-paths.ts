import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { SendProblem } from "./problem.ts";

/** The paths of a server, and the answer to methods that a path does not have. */
export interface KnownPaths {
  list(): readonly string[];
  /** Answers all other methods of these paths with 405 and `Allow`, if fastify knows them. Call it after all routes are registered. */
  refuseOtherMethods(sendProblem: SendProblem): void;
}

/** Records every route that is registered from now on. Fastify itself would answer 404 instead of 405. */
export function noteKnownPaths(app: FastifyInstance): KnownPaths {
  const methodsOf = new Map<string, string[]>();
  app.addHook("onRoute", ({ url, method }) => {
    methodsOf.set(url, [...(methodsOf.get(url) ?? []), ...[method].flat()]);
  });
  const list = (): string[] => [...methodsOf.keys()];
  return {
    list,
    refuseOtherMethods(sendProblem) {
      for (const url of list()) {
        const methods = methodsOf.get(url) ?? [];
        const others = app.supportedMethods.filter((method) => !methods.includes(method));
        if (others.length === 0) continue;
        const allow = methods.join(", ");
        const problem = { status: 405, text: "this path does not have this method", more: { methods } };
        const refuse = async (request: FastifyRequest, reply: FastifyReply) =>
          sendProblem(request, reply.header("allow", allow), problem);
        // The hook answers before a body is read, so the body's type and length do not matter.
        app.route({ method: others, url, onRequest: refuse, handler: refuse });
      }
    },
  };
}
