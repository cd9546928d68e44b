import type { FastifyPluginAsync } from "fastify";
import type { RestOrigin } from "../../domain/origin.ts";
import { isJsonObject } from "../../domain/text/json-object.ts";
import type { SubmissionStore } from "../../store/ports/submission-store.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import { sendDetail } from "../rest/send-detail.ts";
import { sendJson } from "../server/send-json.ts";
import { FORBIDDEN } from "./forbidden.ts";

/** The states that a client may set a job to, in the order in which the answer names them. */
const states = ["running", "pending", "completed", "coalesced"] as const;
type SettableState = (typeof states)[number];

/** A longer body is not read: it should hold one short member. */
const MAX_BODY_BYTES = 10_000;

/** The route by which a client sets the state of a job that it knows by number. See spec/rest-submission.md 2.7. */
export function updateStatePlugin(store: Pick<SubmissionStore, "setJobState">): FastifyPluginAsync {
  return async (scope) => {
    scope.route<{ Params: { project: string; id: string } }>({
      method: "POST",
      url: `${PROJECT_PATH}/jobs/:id(^\\d{1,16}$)/update_state/`,
      config: { rateGroup: "jobs" },
      async handler(request, reply) {
        const { project, id } = request.params;
        const { client = null, body = Buffer.alloc(0) } = request.checked ?? {};
        if (client === null || !client.mayWriteTo(project)) return sendDetail(reply, 403, FORBIDDEN);
        const asked = stateIn(body);
        if (!isSettable(asked)) {
          const message = `'${asked}' is not a valid state.  Must be one of: ${states.join(", ")}`;
          return sendJson(reply, 400, { message });
        }
        const endpoint = `/api/project/${project}/jobs/`;
        const origin: RestOrigin = { kind: "rest", clientId: client.clientId, endpoint };
        const at = new Date().toISOString();
        const end = await store.setJobState(project, Number(id), asked, at, origin);
        if (end === "unknown") return sendJson(reply, 404, `No job with id: ${id}`);
        return sendJson(reply, 200, { message: `state updated to '${asked}'` });
      },
    });
  };
}

/** Returns the `state` in a body; `""` if there is none. */
function stateIn(body: Buffer): string {
  if (body.length > MAX_BODY_BYTES) return "";
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isJsonObject(value) && typeof value["state"] === "string" ? value["state"] : "";
  } catch {
    // Text that is not JSON names no state; the answer says what would be right.
    return "";
  }
}

function isSettable(state: string): state is SettableState {
  return states.some((one) => one === state);
}
