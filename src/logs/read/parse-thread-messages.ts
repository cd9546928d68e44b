import * as z from "zod";
import type { HttpLogSourceOptions } from "../fetch/http-log-source.ts";
import type { LogLimits } from "../parse/log-parser.ts";
import type { LogReading, ReadingFailure } from "./log-reading.ts";

/** What a parse thread starts with: plain data, since it crosses to another thread. */
export interface ThreadSettings {
  readonly fetch: Omit<HttpLogSourceOptions, "mayConnect" | "admit">;
  readonly limits: LogLimits;
}

const bound = z.number().positive();

export const threadSettings: z.ZodType<ThreadSettings> = z.object({
  fetch: z.object({
    userAgent: z.string(),
    limits: z
      .object({
        lookupMs: bound,
        connectMs: bound,
        idleMs: bound,
        totalMs: bound,
        redirects: z.number(),
        bytes: bound,
      })
      .exactOptional(),
    allowHosts: z.array(z.string()).exactOptional(),
    allowPorts: z.array(z.string()).exactOptional(),
    allowPrivate: z.boolean().exactOptional(),
    dnsServers: z.array(z.string()).exactOptional(),
    hostsFile: z.string().exactOptional(),
  }),
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

/** What a parse thread asks before it connects: which of these addresses it may connect to. */
export const connectQuestion = z.object({ addresses: z.array(z.string()), port: z.number() });
export type ConnectQuestion = z.infer<typeof connectQuestion>;
/** The addresses that it may connect to. */
export const connectAnswer = z.array(z.string());

// Said by our own code, so that a list of all kinds would only have to be kept up.
const failureKind = z.custom<ReadingFailure["kind"]>((value) => typeof value === "string");

/** What a parse thread answers. */
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
