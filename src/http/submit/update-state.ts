import type { FastifyPluginAsync } from "fastify";
import type { ArchivedEntry } from "../../archive/segment.ts";
import { findItems } from "../../decode/find-items.ts";
import { settableStates } from "../../domain/job-state.ts";
import type { RestOrigin } from "../../domain/origin.ts";
import { isSettable, stateIn, stateUpdatePath, type UpdatedJob } from "../../domain/state-update.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";
import type { SubmissionStore } from "../../store/ports/submission-store.ts";
import { isJson, refuseType } from "../rest/json-type.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import { sendDetail } from "../rest/send-detail.ts";
import { sendJson } from "../server/send-json.ts";
import { bodyProperties } from "./body-properties.ts";
import { FORBIDDEN } from "./forbidden.ts";
import { malformedDetail } from "./malformed-detail.ts";

export interface UpdateStateOptions {
  readonly store: Pick<SubmissionStore, "setJobState"> & Pick<ApiReads, "selectJobs" | "readJobs">;
  /** Archives a request, which is durable when the promise resolves. Null if nothing is archived. */
  readonly archive: ((entry: ArchivedEntry) => Promise<void>) | null;
}

/** A fastify plugin with the route that sets the state of a job, given its number. See spec/rest-submission.md 2.7. */
export function updateStatePlugin({ store, archive }: UpdateStateOptions): FastifyPluginAsync {
  return async (scope) => {
    scope.route<{ Params: { project: string; id: string } }>({
      method: "POST",
      url: `${PROJECT_PATH}/jobs/:id(^\\d{1,16}$)/update_state/`,
      async handler(request, reply) {
        const { project, id } = request.params;
        const { client = null, body = Buffer.alloc(0) } = request.checked ?? {};
        if (client === null || !client.mayWriteTo(project)) return sendDetail(reply, 403, FORBIDDEN);
        if (!isJson(request.headers["content-type"])) return refuseType(request, reply);
        const items = await findItems(body, Number.POSITIVE_INFINITY);
        if (!items.ok && items.kind === "malformed")
          return sendDetail(reply, 400, malformedDetail(items.detail, request.headers));
        const asked = stateIn(body);
        if (!isSettable(asked)) {
          const message = `'${asked}' is not a valid state.  Must be one of: ${settableStates.join(", ")}`;
          return sendJson(reply, 400, { message });
        }
        const job = { project, restId: Number(id) };
        const endpoint = `/api/project/${project}/jobs/`;
        const origin: RestOrigin = { kind: "rest", clientId: client.clientId, endpoint };
        const at = new Date().toISOString();
        const end = await store.setJobState(project, job.restId, asked, at, origin);
        if (end === "unknown") return sendJson(reply, 404, `No job with id: ${id}`);
        const { content_type = null, content_encoding = null } = bodyProperties(request.headers);
        await archive?.({
          origin: { ...origin, endpoint: stateUpdatePath(job) },
          received_at: at,
          ...{ content_type, content_encoding, compression: null, body },
          ...{
            oversize: null,
            unreadable_queue: null,
            projects: [project],
            tasks: await guidsOf(job, store),
          },
        });
        return sendJson(reply, 200, { message: `state updated to '${asked}'` });
      },
    });
  };
}

async function guidsOf(
  { project, restId }: UpdatedJob,
  store: UpdateStateOptions["store"],
): Promise<string[]> {
  const handles = await store.selectJobs({ by: "number", numbers: [restId] }, project, 1);
  return (await store.readJobs(handles)).map(({ job }) => job.job_guid);
}
