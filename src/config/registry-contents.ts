import * as z from "zod";
import { MAX_NAME_BYTES } from "../broker/connection/broker-address.ts";
import { Misuse } from "../domain/faults.ts";
import { shown } from "../domain/text/hidden-characters.ts";
import { limitWarnings } from "./accepted-projects.ts";
import { bindingWords, deploymentName, exchangeName, isShort, projectPattern } from "./registry-words.ts";
import { retainedDays } from "./retention-rules.ts";
import { firstProblems, mapping, namesOf, parseYaml } from "./yaml-file.ts";

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
/** Far more than any queue needs. A mistake in two long lists can make millions of bindings. */
const MAX_BINDINGS = 100_000;
const atLeastOne = "must list at least one exchange: with none the worker would have nothing to read";
const dashed = "but must be a list of entries: write `- exchange:`, with a dash and a space";
const entries = z
  .array(entry, {
    error: ({ input }) => {
      if (input === null || input === undefined) return atLeastOne;
      const found =
        typeof input === "object" ? `a mapping of ${namesOf(Object.keys(input))}` : "a single value";
      return `is ${found}, ${dashed}`;
    },
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

/** The content of a registry file, as plain data. */
export const registryContents = z.object({
  /** The entries that are in force, in the order of the file. */
  entries: z.array(
    z.object({
      exchange: z.string(),
      destinations: z.array(z.string()),
      projects: z.array(z.string()),
      accept_projects: z.array(z.string()).optional(),
    }),
  ),
  retain: z.record(z.string(), z.number()),
  /** Things that work but are probably mistakes, each with file and line. */
  warnings: z.array(z.string()),
});
export type RegistryContents = z.infer<typeof registryContents>;

/**
 * Parses the text of a registry. A thousand entries take about a second.
 *
 * @param path - the file's path, for error messages.
 * @param deployment - entries whose `deployments` do not list it are ignored; undefined: all entries count.
 * @throws Misuse with all problems together, each with file, line, entry and the fix.
 */
export function parseRegistryContents(
  path: string,
  text: string,
  deployment: string | undefined,
): RegistryContents {
  const { value, lineOf } = parseYaml(path, text, file);
  const listed = value.exchanges.map((each, index) => ({
    ...each,
    isInForce: deployment === undefined || (each.deployments?.includes(deployment) ?? true),
    place: () => `${path}:${lineOf(["exchanges", index])}: exchanges[${index}]`,
  }));
  const inForce = listed.filter(({ isInForce }) => isInForce);
  if (inForce.length === 0) {
    const names = namesOf([...new Set(listed.flatMap(({ deployments = [] }) => deployments))]);
    throw new Misuse([`${path}: no entry is for DEPLOYMENT=${deployment}; the entries are for ${names}`]);
  }
  return {
    entries: inForce.map(({ exchange, destinations, projects, accept_projects }) => ({
      ...{ exchange, destinations, projects, accept_projects },
    })),
    retain: value.retain ?? {},
    warnings: firstProblems(path, [
      ...listed.flatMap(lookalikes),
      ...inForce.flatMap(foreignPatterns),
      ...limitWarnings(inForce),
    ]),
  };
}

type Listed = z.infer<typeof entry> & { readonly isInForce: boolean; readonly place: () => string };

/** Warns of characters beyond ASCII. Letters of other alphabets can look like ASCII letters, and then match nothing. */
function lookalikes(listed: Listed): string[] {
  const { place, isInForce, exchange, destinations, projects, deployments = [] } = listed;
  // Deployments are always checked, because a name that only looks right is the reason why an entry is not in force.
  return [...(isInForce ? [exchange, ...destinations, ...projects] : []), ...deployments].flatMap((text) =>
    /^[\x20-\x7e]*$/.test(text)
      ? []
      : [`${place()}: ${shown(text)} has characters beyond ASCII: are they meant?`],
  );
}

/** Warns of globs, regular expressions, quotes, and lists in one text. AMQP takes them literally, so probably nothing matches. */
function foreignPatterns({ place, exchange, destinations, projects }: Listed): string[] {
  return [exchange, ...destinations, ...projects].flatMap((text) => {
    const [character] = /[?[\]{}()|,;^$\\ '"`]/.exec(text) ?? [];
    if (character === undefined) return [];
    const what = character === " " ? "a space" : character;
    return `${place()}: ${shown(text)} contains ${what}, which AMQP takes literally: is it meant?`;
  });
}
