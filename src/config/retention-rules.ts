import * as z from "zod";
import { matches } from "./pattern-index.ts";
import { projectPattern } from "./registry-words.ts";

/** A hundred years. A larger number can only be a mistake. */
export const MAX_RETAIN_DAYS = 36_500;

const message = `must be a number of days from 0 to ${MAX_RETAIN_DAYS}; 0 keeps jobs for ever`;
const days = z.number({ error: message }).min(0, { error: message }).max(MAX_RETAIN_DAYS, { error: message });

/** The member `retain` of the registry: how long the jobs of projects are kept. */
export const retainedDays = z
  .record(z.string(), days, "must map names of projects to days, e.g. {try: 30, 'mozilla-*': 365}")
  .superRefine((projects, context) => {
    for (const name of Object.keys(projects)) {
      for (const { message: problem } of projectPattern.safeParse(name).error?.issues ?? []) {
        context.addIssue({ code: "custom", path: [name], message: problem });
      }
    }
  });

/**
 * Returns a function that says how long the jobs of a project are kept, in days; null if no rule matches. The project's own name
 * takes precedence over patterns. If several patterns match, the first one counts.
 */
export function retainedDaysOf(rules: z.infer<typeof retainedDays>): (project: string) => number | null {
  const exact = new Map(Object.entries(rules));
  const patterns = [...exact].filter(([name]) => name.includes("*"));
  return (project) => exact.get(project) ?? patterns.find(([name]) => matches(name, project))?.[1] ?? null;
}
