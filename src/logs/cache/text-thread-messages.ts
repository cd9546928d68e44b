import * as z from "zod";
import type { FetchTask, TextFailure } from "./fetch-into-cache.ts";
import type { FoundErrors } from "./find-errors.ts";
import type { FindQuestion, Found } from "./text-finder.ts";

const bound = z.number().positive();

export const fetchTask: z.ZodType<FetchTask> = z.object({
  url: z.string(),
  path: z.string(),
  part: z.string(),
  isFinal: z.boolean(),
  nowMs: z.number(),
  limits: z.object({ lines: bound, inflatedBytes: bound, ratio: bound }),
});

/** The number of bytes of text so far, which a fetching thread reports. It needs no answer. */
export const bytesReport = z.number();

// Our own code sends the reason, so it is not compared with a list of all reasons.
const failureReason = z.custom<TextFailure["reason"]>((value) => typeof value === "string");

const failure = z.object({ reason: failureReason, detail: z.string() });

export const fetchReply: z.ZodType<TextFailure | null> = failure.nullable();

/** A text in the cache, and what to search it for. */
export interface FindTask {
  readonly path: string;
  readonly question: FindQuestion;
}

export const findTask: z.ZodType<FindTask> = z.object({
  path: z.string(),
  question: z.object({
    text: z.string().min(1),
    matchCase: z.boolean(),
    around: z.number(),
    lines: z.number(),
  }),
});

/** The reply to a search; null if the text is no longer in the cache. */
export const findReply: z.ZodType<Found | null> = z
  .object({
    count: z.number(),
    before: z.number(),
    near: z.array(z.number()),
    buckets: z.array(z.number()),
  })
  .nullable();

/** The reply to a search for error lines; null if the text is no longer in the cache. */
export const errorsReply: z.ZodType<FoundErrors | null> = z
  .union([z.object({ lines: z.array(z.number()), isWhole: z.boolean() }), failure])
  .nullable();
