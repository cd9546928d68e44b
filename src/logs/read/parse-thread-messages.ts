import * as z from "zod";
import { type FetchSettings, fetchSettings } from "../fetch/fetch-settings.ts";
import type { LogLimits } from "../parse/log-parser.ts";
import type { LogReading, ReadingFailure } from "./log-reading.ts";

/** The settings of a parse thread. They are plain data, because they are sent to another thread. */
export interface ThreadSettings {
  readonly fetch: FetchSettings;
  readonly limits: LogLimits;
}

const bound = z.number().positive();

export const threadSettings: z.ZodType<ThreadSettings> = z.object({
  fetch: fetchSettings,
  limits: z.object({
    lines: bound,
    lineBytes: bound,
    artifactBytes: bound,
    inflatedBytes: bound,
    ratio: bound,
  }),
});

export interface ParseTask {
  readonly url: string;
}

export const parseTask: z.ZodType<ParseTask> = z.object({ url: z.string() });

/** A parse thread's question before it connects: which of these addresses may it connect to? */
export const connectQuestion = z.object({ addresses: z.array(z.string()), port: z.number() });
export type ConnectQuestion = z.infer<typeof connectQuestion>;
/** The answer: the addresses that it may connect to. */
export const connectAnswer = z.array(z.string());

// Our own code sends the kind, so it is not compared with a list of all kinds.
const failureKind = z.custom<ReadingFailure["kind"]>((value) => typeof value === "string");

/** A parse thread's reply to a task. */
export const logReading: z.ZodType<LogReading> = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    artifacts: z.array(z.object({ name: z.string(), type: z.string(), blob: z.string() })),
    warnings: z.array(z.string()),
    figures: z.object({ bytes: z.number(), waitMs: z.number(), totalMs: z.number() }),
  }),
  z.object({
    ok: z.literal(false),
    failure: z.object({ kind: failureKind, detail: z.string(), final: z.boolean() }),
  }),
]);
