import * as z from "zod";
import type { HttpLogSourceOptions } from "./http-log-source.ts";

/** The settings with which a thread fetches logs. They are plain data, because they are sent to another thread. */
export type FetchSettings = Omit<HttpLogSourceOptions, "mayConnect" | "admit">;

const bound = z.number().positive().exactOptional();

export const fetchSettings: z.ZodType<FetchSettings> = z.object({
  userAgent: z.string(),
  limits: z
    .object({
      lookupMs: bound,
      connectMs: bound,
      idleMs: bound,
      totalMs: bound,
      redirects: z.number().exactOptional(),
      bytes: bound,
    })
    .exactOptional(),
  allowHosts: z.array(z.string()).exactOptional(),
  allowPorts: z.array(z.string()).exactOptional(),
  allowPrivate: z.boolean().exactOptional(),
  dnsServers: z.array(z.string()).exactOptional(),
  hostsFile: z.string().exactOptional(),
});
