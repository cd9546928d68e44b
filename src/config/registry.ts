import * as z from "zod";
import { MAX_NAME_BYTES } from "../broker/connection/broker-address.ts";
import type { Binding } from "../domain/binding.ts";
import { Misuse } from "../domain/faults.ts";
import { shown } from "../domain/text/hidden-characters.ts";
import { type AcceptedProjects, acceptedProjects } from "./accepted-projects.ts";
import { bindingWords, deploymentName, exchangeName, isShort, projectPattern } from "./registry-words.ts";
import { retainedDays, retainedDaysOf } from "./retention-rules.ts";
import { firstTold, mapping, namesOf, parseYaml, readText } from "./yaml-file.ts";

const listOf = (item: z.ZodType<string>, what: string, example: string) => {
  const message = `must be a list that names at least one ${what}, e.g. ${example}`;
  return z.array(item, message).min(1, message);
};
const entry = mapping("an entry", {
  exchange: exchangeName,
  destinations: listOf(bindingWords, "destination", "[treeherder]"),
  projects: listOf(bindingWords, "project", "['mozilla-inbound._'] or ['#']"),
  accept_projects: listOf(projectPattern, "pattern", "['try', 'mozilla-*']").optional(),
  deployments: listOf(deploymentName, "deployment", "[staging]").optional(),
}).superRefine(({ destinations, projects }, context) => {
  const longest = destinations.reduce((a, b) => (Buffer.byteLength(b) > Buffer.byteLength(a) ? b : a), "");
  for (const [index, project] of projects.entries()) {
    if (isShort(`${longest}.${project}`)) continue;
    const message = `the routing key ${longest.slice(0, 20)}.${project.slice(0, 20)}… is longer than ${MAX_NAME_BYTES} bytes, the broker's limit`;
    context.addIssue({ code: "custom", path: ["projects", index], message });
  }
});
/** Far more than any queue needs. A mistake in two long lists can make millions. */
const MAX_BINDINGS = 100_000;
const atLeastOne = "must list at least one exchange: with none the worker would have nothing to read";
const entries = z
  .array(entry, {
    error: ({ input }) =>
      typeof input === "object" && input !== null
        ? `is a mapping of ${namesOf(Object.keys(input))}, but must be a list of entries: write \`- exchange:\`, with a dash and a space`
        : atLeastOne,
  })
  .min(1, atLeastOne)
  .superRefine((all, context) => {
    let bindings = 0;
    for (const [index, { destinations, projects }] of all.entries()) {
      bindings += destinations.length * projects.length;
      if (bindings <= MAX_BINDINGS) continue;
      const message = `its destinations and projects, with those of the entries above, make more than ${MAX_BINDINGS} bindings`;
      context.addIssue({ code: "custom", path: [index], message });
      return;
    }
  });
const file = mapping("the registry", { exchanges: entries, retain: retainedDays.optional() });

/** The registry: the exchanges that an operator lists. */
export interface Registry {
  readonly exchanges: readonly string[];
  readonly lists: (exchange: string) => boolean;
  /** Every destination with every project of its entry, without duplicates. */
  readonly bindings: readonly Binding[];
  readonly acceptsProject: AcceptedProjects["accepts"];
  /** How long a project's jobs are kept, in days, 0 for ever; null if the file says nothing about the project. */
  readonly retainedDays: (project: string) => number | null;
  /** What the file says about that, by names and patterns of projects. */
  readonly retain: Readonly<Record<string, number>>;
  /** Things that work but are probably mistakes, each with file and line. */
  readonly warnings: readonly string[];
}

/** Reads the registry file and parses it with {@link parseRegistry}. @throws Misuse also if the file cannot be read. */
export async function readRegistry(path: string, deployment?: string): Promise<Registry> {
  return parseRegistry(path, await readText(path), deployment);
}

/**
 * Parses a registry.
 *
 * @param path - the file's path, for error messages.
 * @param text - null if there is no such file.
 * @param deployment - entries whose `deployments` do not list it are ignored; undefined: all entries count.
 * @throws Misuse with all problems at once, each with file, line, entry and the fix.
 */
export function parseRegistry(path: string, text: string | null, deployment?: string): Registry {
  if (text === null)
    throw new Misuse([`${path}: there is no such file; REGISTRY_FILE must name the registry`]);
  const { value, lineOf } = parseYaml(path, text, file);
  const inForce = value.exchanges.flatMap((each, index) => {
    const isMeant = deployment === undefined || (each.deployments?.includes(deployment) ?? true);
    return isMeant
      ? [{ ...each, place: () => `${path}:${lineOf(["exchanges", index])}: exchanges[${index}]` }]
      : [];
  });
  if (inForce.length === 0) throw new Misuse([`${path}: no entry is for DEPLOYMENT=${deployment}`]);
  const bindings = new Map(inForce.flatMap(bindingsOf).map((binding) => [JSON.stringify(binding), binding]));
  const { accepts, warnings } = acceptedProjects(inForce);
  const exchanges = new Set(inForce.map(({ exchange }) => exchange));
  return {
    exchanges: [...exchanges],
    lists: (exchange) => exchanges.has(exchange),
    bindings: [...bindings.values()],
    acceptsProject: accepts,
    retainedDays: retainedDaysOf(value.retain ?? {}),
    retain: value.retain ?? {},
    warnings: firstTold(path, [...inForce.flatMap(lookalikes), ...warnings]),
  };
}

function bindingsOf({ exchange, destinations, projects }: z.infer<typeof entry>): Binding[] {
  return projects.flatMap((project) =>
    destinations.map((destination) => ({ exchange, routing_key: `${destination}.${project}` })),
  );
}

/** Warns of characters beyond ASCII. Letters of other alphabets can look like ASCII letters, and then match nothing. */
function lookalikes(listed: z.infer<typeof entry> & { readonly place: () => string }): string[] {
  const { place, exchange, destinations, projects } = listed;
  return [exchange, ...destinations, ...projects].flatMap((text) =>
    /^[\x20-\x7e]*$/.test(text)
      ? []
      : [`${place()}: ${shown(text)} has characters beyond ASCII: are they meant?`],
  );
}
