import type { FastifyPluginAsync } from "fastify";
import * as z from "zod";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { type FoundJob, readJob } from "../../queries/job/read-job.ts";
import { JobMain, NoJob } from "../../web/job/job-main.tsx";
import { readTab } from "../../web/job/job-tabs.ts";
import { jobPageTitle } from "../../web/job-title.ts";
import { sendJson } from "../server/send-json.ts";
import { bugAddressOf } from "./bug-address.ts";
import type { PageParts } from "./page-parts.ts";
import { drawMarkup } from "./serve/markup.ts";
import { PageRefused } from "./serve/page-refused.ts";
import { sendPage } from "./serve/send-page.tsx";

const place = z.object({ project: z.string().min(1), guid: z.string().min(1) });
const page = place.extend({ tab: z.string().optional() });
const artifact = place.extend({ name: z.string().min(1) });

/** The page `/job`, the same as JSON, and the job's artifacts to download. */
export function jobRoutes(parts: PageParts): FastifyPluginAsync {
  const { store, settings, now } = parts;
  const bugAddress = bugAddressOf(settings);
  const find = ({ project, guid, tab }: z.infer<typeof page>): Promise<FoundJob> => {
    const withSimilar = readTab(tab) === "history";
    return readJob(store, { project, guid }, { bugAddress, withSimilar, nowMs: now() });
  };

  return async (app) => {
    app.get("/job", async (request, reply) => {
      const { project, guid, tab } = readQuery(page, request.query);
      const found = await find({ project, guid, tab });
      if (found.shown === null) {
        const main = drawMarkup(<NoJob project={project} guid={guid} runs={found.runs} />);
        return sendPage(
          reply,
          parts,
          { title: "No such job", project, search: guid, entry: null, main },
          404,
        );
      }
      const { job, coalesced_to } = found.shown;
      return sendPage(reply, parts, {
        title: jobPageTitle(job, coalesced_to !== null),
        project,
        entry: "job-page",
        main: drawMarkup(<JobMain shown={found.shown} tab={readTab(tab)} nowMs={now()} />),
      });
    });

    app.get("/api/job", async (request, reply) => {
      const { shown } = await find(readQuery(page, request.query));
      if (shown === null)
        throw new PageRefused(404, "The store has no such job.", "Look for it by its task id.");
      return sendJson(reply, 200, shown);
    });

    app.get("/job/artifact", async (request, reply) => {
      const { project, guid, name } = readQuery(artifact, request.query);
      const found = await store.findArtifact(project, guid, name);
      if (found === null)
        throw new PageRefused(404, "The job has no such artifact.", "Open the job's Data tab.");
      // The name comes from a publisher. It must not become a path, or end the header.
      const file = `${name.replace(/[^\w-]+/g, "_")}.txt`;
      return reply
        .headers({
          "content-type": "text/plain; charset=utf-8",
          "content-disposition": `attachment; filename="${file}"`,
          "cache-control": "private, no-cache",
        })
        .send(Buffer.from(blankSecrets(found.blob)));
    });
  };
}

/** @throws PageRefused if a parameter is missing or repeated. */
function readQuery<Query>(schema: z.ZodType<Query>, query: unknown): Query {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const names = [...new Set(read.error.issues.map(({ path }) => String(path[0])))].join(", ");
  throw new PageRefused(
    400,
    `The address must name these exactly once: ${names}.`,
    "Open the job from its push.",
  );
}
