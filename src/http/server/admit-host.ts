import { hostname } from "node:os";
import type { FastifyReply, FastifyRequest } from "fastify";
import { judgeHost } from "./our-host.ts";
import { sendJson } from "./send-json.ts";

export interface HostRules {
  /** The host to listen on. Requests for this name are answered. */
  readonly host: string;
  /** Additional host names to answer to: `name`, or `*.name` for every name below it. */
  readonly allowedHosts: readonly string[];
  /** The setting that adds names to `allowedHosts`, for the error message. */
  readonly setting: string;
  readonly errorBody: (text: string) => object;
}

/** The parts of a request that name its host. */
export interface AddressedRequest {
  /** The request target as sent: a path, or an absolute URL. */
  readonly target: string;
  /** The names and values of all headers, alternating. */
  readonly rawHeaders: readonly string[];
}

/**
 * Returns a function that decides whether a request is for one of our hosts. Otherwise it answers the request with 403, or with 400
 * for several `Host` headers. See {@link judgeHost}.
 */
export function createHostCheck({ host, allowedHosts, setting, errorBody }: HostRules) {
  const ownNames = { listenHost: host, machine: hostname(), allowed: allowedHosts };
  return (request: AddressedRequest, reply: FastifyReply): boolean => {
    const verdict = judgeHost(request, ownNames);
    if (verdict === "foreign") {
      const text = `this server does not answer to that host name: use an IP address, or ask the operator to add the name to ${setting}`;
      sendJson(reply, 403, errorBody(text));
    }
    if (verdict === "ambiguous") sendJson(reply, 400, errorBody("a request must have one Host header"));
    return verdict === "ours";
  };
}

/** Returns the parts of a request that name its host, as sent. */
export function addressOf({ raw: { url = "", rawHeaders } }: FastifyRequest): AddressedRequest {
  return { target: url, rawHeaders };
}
