import type { FastifyPluginAsync, FastifyReply } from "fastify";
import { findByNumber } from "../../../queries/api/list-jobs.ts";
import { findAnything } from "../../../queries/grid/find-anything.ts";
import { jobAddress, projectAddress, pushAddress } from "../../../web/addresses.ts";
import { FoundMain, HomeMain, OldLogMain } from "../../../web/home-main.tsx";
import { fromOldJobs, fromOldLog, readOldLog } from "../../../web/old-addresses.ts";
import type { PageParts } from "../page-parts.ts";
import { drawMarkup } from "../serve/markup.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { sendPage } from "../serve/send-page.tsx";
import { queryOf } from "./grid-question.ts";

/** The most characters of a search text that are used. No task id, revision or project name is longer. */
const MAX_FIND = 200;

/** The home page, which also answers the search box of every page, and the old addresses of the reference implementation. */
export function homeRoutes(parts: PageParts): FastifyPluginAsync {
  const { store } = parts;

  async function sendFound(reply: FastifyReply, text: string): Promise<FastifyReply> {
    const found = await findAnything(store, text);
    const pushes = found.kind === "pushes" ? found.pushes : [];
    const jobs = found.kind === "jobs" ? found.jobs : [];
    if (found.kind === "project") return reply.redirect(projectAddress(found.project));
    const [push, secondPush] = pushes;
    if (push !== undefined && secondPush === undefined) {
      return reply.redirect(pushAddress({ project: push.project, revision: push.short_revision }));
    }
    const [job, secondJob] = jobs;
    if (job !== undefined && secondJob === undefined) return reply.redirect(jobAddress(job));
    const main = drawMarkup(<FoundMain text={text} pushes={pushes} jobs={jobs} />);
    const page = {
      title: found.kind === "nothing" ? "Nothing found" : "Found",
      search: text,
      entry: "home-page",
      main,
    };
    return sendPage(reply, parts, page, found.kind === "nothing" ? 404 : 200);
  }

  return async (app) => {
    app.get("/", async (request, reply) => {
      const text = (queryOf(request.url).get("find") ?? "").trim().slice(0, MAX_FIND);
      if (text !== "") return sendFound(reply, text);
      const main = drawMarkup(<HomeMain projects={await store.listProjects()} zone="UTC" />);
      return sendPage(reply, parts, { title: "Projects", entry: "home-page", main });
    });
    app.get("/jobs", async (request, reply) => {
      const address = fromOldJobs(queryOf(request.url));
      if (address !== null) return reply.redirect(address);
      throw new PageRefused(404, "The address names no project (repo).", "Choose one of all projects.");
    });
    app.get("/logviewer.html", async (request, reply) => {
      const log = readOldLog(queryOf(request.url));
      if (log === null) {
        return sendPage(reply, parts, {
          title: "Log Viewer",
          entry: "home-page",
          main: drawMarkup(<OldLogMain />),
        });
      }
      const found = await findByNumber(store, log.project, log.jobNumber);
      if (found !== null) return reply.redirect(fromOldLog(log.project, found.job.job_guid));
      throw new PageRefused(
        404,
        `The project ${log.project} has no job with the number ${log.jobNumber}.`,
        "It may have been deleted for its age, or the link belongs to another server.",
      );
    });
  };
}
