import type { FastifyPluginAsync } from "fastify";
import { noteKnownPaths } from "../server/known-paths.ts";
import { type CheckOptions, checkRequests } from "./check-request.ts";
import { compressAnswers } from "./compress-answers.ts";
import { type AllowedOrigins, allowOrigins } from "./cors.ts";
import { sendDetail } from "./send-detail.ts";

export interface RestOptions extends CheckOptions {
  readonly allowedOrigins: AllowedOrigins;
  /** The routes: those of submissions, and those of the read API if it is on. */
  readonly plugins: readonly FastifyPluginAsync[];
}

/** A fastify plugin for the REST API: its routes, behind the checks that they have in common. See spec/rest-submission.md 1. */
export function restPlugin(options: RestOptions): FastifyPluginAsync {
  return async (scope) => {
    const known = noteKnownPaths(scope);
    allowOrigins(scope, options.allowedOrigins);
    checkRequests(scope, options);
    compressAnswers(scope);
    for (const plugin of options.plugins) scope.register(plugin);
    // Registered behind the checks, so that an unsigned request is refused for its missing signature and not for its method.
    scope.after(() =>
      known.refuseOtherMethods((_request, reply, { status, text }) => sendDetail(reply, status, text)),
    );
  };
}

/** The beginning of the paths that belong to a project. A project's name has 1 to 50 letters, digits, `_` and `-`. */
export const PROJECT_PATH = "/api/project/:project(^[A-Za-z0-9_-]{1,50}$)";

const ownRules = ["/api/schemas/", "/api/openapi.json"];

/** Returns whether the rules of the REST API apply to a path, even if no route has that path. */
export function isRestPath(url: string): boolean {
  return url.startsWith("/api/") && !ownRules.some((path) => url.startsWith(path));
}
