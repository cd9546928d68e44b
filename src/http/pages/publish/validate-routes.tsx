import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { checkMessage } from "../../../queries/check/message-check.ts";
import type { CheckView } from "../../../web/publish/check-view.ts";
import { type CheckAnswer, PublishView } from "../../../web/publish/publish-view.tsx";
import { BodyBudget } from "../../rest/body-budget.ts";
import { readBody } from "../../rest/read-request-body.ts";
import { sendJson } from "../../server/send-json.ts";
import type { PageParts } from "../page-parts.ts";
import { limitWork } from "../serve/limit-work.ts";
import { drawMarkup } from "../serve/markup.ts";
import { PageRefused } from "../serve/page-refused.ts";
import { sendPage } from "../serve/send-page.tsx";

const limits = { atOnce: 2, waiting: 10 };
/** A form encodes each byte as up to three characters. */
const FORM_FACTOR = 3;
/** The most fields of a form that are read. */
const MAX_FIELDS = 10;
const RETRY_AFTER_SECONDS = 2;
const nobodyAsked = { task: null, exchange: null, routing_key: null, project: null };
const asked = z.object({ exchange: z.string().optional().catch(undefined) });

/** A message to check, and the exchange that it is checked for. */
interface Question {
  readonly message: Buffer;
  /** Empty if none was named. */
  readonly exchange: string;
}

/**
 * The route `POST /api/validate`, which answers what the worker would do with a message. The body is either the message itself, as
 * JSON, with the exchange in the query, or a form, which is answered with a page.
 */
export function validateRoutes(parts: PageParts): FastifyPluginAsync {
  const { rules, hasRegistry } = parts;
  const { maxBodyBytes } = rules();
  const mostBytes = FORM_FACTOR * maxBodyBytes + 1024;
  const budget = new BodyBudget((limits.atOnce + limits.waiting) * mostBytes);
  const checks = limitWork(limits);

  async function check({ message, exchange }: Question): Promise<CheckView> {
    const judged = checks.run(() => checkMessage(message, exchange === "" ? null : exchange, rulesInForce()));
    if (judged === null) {
      throw new PageRefused(
        429,
        "Too many messages are being checked now.",
        "Try again in a few seconds.",
        RETRY_AFTER_SECONDS,
      );
    }
    return judged;
  }

  function rulesInForce(): ReturnType<typeof rules> {
    return hasRegistry ? rules() : { ...rules(), acceptsProject: () => true };
  }

  /** Answers a form with the page it came from, which shows the result or the refusal. The message is still in its field. */
  async function answerForm(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    let [message, exchange, status] = ["", "", 200];
    let answer: CheckAnswer;
    try {
      const form = readForm(await readWithin(request, reply, mostBytes, budget));
      message = form.get("message") ?? "";
      exchange = (form.get("exchange") ?? "").trim();
      answer = await check({ message: Buffer.from(message), exchange });
    } catch (error) {
      if (!(error instanceof PageRefused)) throw error;
      answer = { trouble: `${error.message} ${error.advice}` };
      status = error.status;
    }
    const view = { question: nobodyAsked, road: null, message, exchange, check: answer };
    const main = drawMarkup(<PublishView {...view} operates={parts.settings.operates} />);
    return sendPage(reply, parts, { title: "Check a message", entry: "publish-page", main }, status);
  }

  return async (app) => {
    // The message is judged as the bytes that arrived, even if they are not JSON.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.post("/api/validate", async (request, reply) => {
      const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
      if (isForm) return answerForm(request, reply);
      const body = await readWithin(request, reply, maxBodyBytes, budget);
      const { exchange = "" } = asked.parse(request.query);
      return sendJson(reply, 200, await check({ message: body, exchange: exchange.trim() }));
    });
  };
}

/** Reads the first fields of a form. Our form has two, but a body of many megabytes could contain millions. */
function readForm(body: Buffer): URLSearchParams {
  return new URLSearchParams(body.toString("utf8").split("&", MAX_FIELDS).join("&"));
}

/** Reads the body. Its bytes count towards the budget until it has been answered. @throws PageRefused if a limit is exceeded. */
async function readWithin(
  request: FastifyRequest,
  reply: FastifyReply,
  maxBytes: number,
  budget: BodyBudget,
): Promise<Buffer> {
  const { headers, raw } = request;
  const declared = headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : null;
  // Some clients wait for `100 Continue` before they send a long body.
  const awaitsContinue = headers.expect !== undefined && raw.httpVersion !== "1.0";
  if (awaitsContinue && (declared ?? 0) <= maxBytes) reply.raw.writeContinue();
  const read = await readBody(raw, declared, { maxBytes, budget }, () => undefined);
  if (read.ok) {
    reply.raw.once("close", () => budget.giveBack(read.body.length));
    return read.body;
  }
  if (read.trouble === "too-long") {
    throw new PageRefused(
      413,
      "The message is longer than MAX_BODY_BYTES allows, so the worker would reject it.",
      "Publish fewer jobs in one message, or put long text into a log.",
    );
  }
  throw new PageRefused(
    429,
    "Too many messages are being checked now.",
    "Try again in a few seconds.",
    RETRY_AFTER_SECONDS,
  );
}
