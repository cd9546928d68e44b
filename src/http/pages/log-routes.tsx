import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import type { NoLogText } from "../../logs/cache/log-slices.ts";
import type { ShownText, TextOnItsWay } from "../../logs/cache/log-texts.ts";
import { plainPage } from "../../queries/log/plain-page.ts";
import { type AskedLog, findLog, viewLog } from "../../queries/log/view-log.ts";
import { logNotThere, viewedLine, viewedText } from "../../queries/log/viewed-text.ts";
import { jobTitle } from "../../web/job-title.ts";
import { LogView } from "../../web/log/log-view.tsx";
import {
  type ErrorsAnswer,
  type FindAnswer,
  hasNoSummary,
  type LinesAnswer,
} from "../../web/log/viewed-log.ts";
import { sendJsonText } from "../server/send-json.ts";
import type { PageParts } from "./page-parts.ts";
import { drawMarkup } from "./serve/markup.ts";
import { PageRefused } from "./serve/page-refused.ts";
import { sendPage } from "./serve/send-page.tsx";

/** How long a page waits for a log that has to be fetched, in milliseconds. Then its script asks again, and shows the progress. */
const PAGE_WAIT_MS = 150;
/** How long a request of the script waits for the log, in milliseconds, before it is answered with the progress instead. */
const LINES_WAIT_MS = 1000;
const RETRY_AFTER_SECONDS = 2;

const text = z.string().max(1000);
const asked = { project: text, guid: text, log: text.min(1).nullable().catch(null) };
const line = z.coerce.number().int().min(0).max(1e9);
/** The longest text to look for, in characters. The fields of the pages have the same limit. */
const MAX_FIND = 200;
/** Shown beside the field, for example if the text in the address is too long. */
const TEXT_RULE = `The text to look for must have 1 to ${MAX_FIND} characters, all in one line.`;
const wanted = z
  .string()
  .min(1)
  .max(MAX_FIND)
  .refine((each) => !each.includes("\n"));
const asOf = z.coerce.number().int().min(0).nullable().default(null);

const pageQuery = z.object({
  ...asked,
  from: line.nullable().catch(null),
  view: z.literal("errors").nullable().catch(null),
  find: wanted.nullable().catch(null),
});
const linesQuery = z.object({
  ...asked,
  from: line,
  count: z.coerce.number().int().min(1).max(2000),
  as_of: asOf,
});
const findQuery = z.object({
  ...asked,
  text: wanted,
  case: z.literal("1").nullable().default(null),
  around: line,
  as_of: asOf,
});

const errorsQuery = z.object({ ...asked, as_of: asOf });

/** Used if a job has no log. The page says why there is none. */
const NO_TEXT = { state: "busy", detail: "" } as const;

/** The page `/log` and its data: lines, the lines that contain a text, and the error lines. */
export function logRoutes(parts: PageParts): FastifyPluginAsync {
  const { store, logs } = parts;

  /** @throws PageRefused if the job has no such log. */
  async function logOf(question: AskedLog, asOfMs: number | null): Promise<ShownText> {
    const found = await findLog(store, question);
    if (found === null) throw new PageRefused(404, "The job has no such log.", "Open the job's page.");
    return { ...found, asOfMs };
  }

  return async (app) => {
    app.get("/log", async (request, reply) => {
      const { from, view, find, ...question } = read(pageQuery, request);
      const viewed = await viewLog(store, question);
      if (viewed === null) throw noSuchJob();
      const found =
        viewed.chosen === null ? null : await findLog(store, { ...question, log: viewed.chosen.name });
      // The page's script searches by itself. Only the links and the form of a page without scripts also name a line.
      const isSearching = from !== null;
      const isFailing = view !== null && (isSearching || !hasNoSummary(viewed));
      const { failing, plain } =
        found === null
          ? { failing: viewed.failing, plain: NO_TEXT }
          : await plainPage(
              logs,
              { ...found, asOfMs: null },
              { ...viewed, failing: isFailing && hasNoSummary(viewed) ? null : viewed.failing },
              { from, isFailing, find: isSearching ? find : null },
              { waitMs: PAGE_WAIT_MS, stop: stopWith(reply) },
            );
      return sendPage(reply, parts, {
        title: `Log of ${jobTitle(viewed.job)}`,
        project: viewed.job.project,
        entry: viewed.chosen === null ? null : "log-page",
        main: drawMarkup(<LogView viewed={{ ...viewed, failing }} plain={plain} />),
      });
    });

    app.get("/api/log/lines", async (request, reply) => {
      const { from, count, as_of, ...question } = read(linesQuery, request);
      const shown = await logOf(question, as_of);
      const part = await logs.readPart(shown, from, from + count, LINES_WAIT_MS);
      const answer: LinesAnswer = part.ok
        ? { state: "lines", text: viewedText(part.facts), from, lines: part.lines.map(viewedLine) }
        : notThere(part);
      return sendAnswer(reply, answer);
    });

    app.get("/api/log/find", async (request, reply) => {
      const { text, case: matchCase, around, as_of, ...question } = read(findQuery, request);
      const shown = await logOf(question, as_of);
      const asking = { text, matchCase: matchCase !== null, around };
      const part = await logs.find(shown, asking, LINES_WAIT_MS, stopWith(reply));
      const answer: FindAnswer = part.ok
        ? { state: "found", text: viewedText(part.facts), ...part.found }
        : notThere(part);
      return sendAnswer(reply, answer);
    });

    app.get("/api/log/errors", async (request, reply) => {
      const { as_of, ...question } = read(errorsQuery, request);
      const shown = await logOf(question, as_of);
      const part = await logs.findErrors(shown, LINES_WAIT_MS, stopWith(reply));
      const answer: ErrorsAnswer = part.ok
        ? { state: "errors", text: viewedText(part.facts), lines: part.lines, is_whole: part.isWhole }
        : notThere(part);
      return sendAnswer(reply, answer);
    });
  };
}

/** @throws PageRefused if the query is invalid. The links of our pages never have such a query. */
function read<Query>(schema: z.ZodType<Query>, { query }: FastifyRequest): Query {
  const found = schema.safeParse(query);
  if (found.success) return found.data;
  const names = found.error.issues.map(({ path }) => path.join("."));
  const isText = names.every((name) => name === "text");
  throw new PageRefused(
    400,
    isText ? TEXT_RULE : `These parameters of the address are missing or invalid: ${names.join(", ")}.`,
    "Open the log from its job.",
  );
}

function noSuchJob(): PageRefused {
  return new PageRefused(
    404,
    "There is no such job in this project.",
    "It may have been removed, or it never arrived: look up why on the page about missing jobs.",
  );
}

/** @throws PageRefused with 503 if the same request may succeed soon. */
function notThere(part: TextOnItsWay | NoLogText): Extract<LinesAnswer, { state: "fetching" | "failed" }> {
  const answer = logNotThere(part);
  if (answer !== null) return answer;
  const detail = "detail" in part ? part.detail : "";
  if (part.kind === "too-long") throw new PageRefused(400, detail, "Ask for fewer lines.");
  throw new PageRefused(503, detail, "Try again in a few seconds.", RETRY_AFTER_SECONDS);
}

/** Sends an answer with log text, in which nothing is blanked. */
function sendAnswer(reply: FastifyReply, answer: LinesAnswer | FindAnswer | ErrorsAnswer): FastifyReply {
  return sendJsonText(reply, JSON.stringify(answer));
}

/** Returns a signal that is aborted when the client disconnects early, as a page does when it looks for another text. */
function stopWith(reply: FastifyReply): AbortSignal {
  const stop = new AbortController();
  reply.raw.once("close", () => stop.abort());
  return stop.signal;
}
