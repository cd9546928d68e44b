import * as z from "zod";
import { MAX_NAME_BYTES } from "../broker/connection/broker-address.ts";
import { isClient } from "../domain/origin.ts";
import { hiddenProblem, shown } from "../domain/text/hidden-characters.ts";

/** The same rule as in the job schema for `origin.project`. */
export const PROJECT_NAME = /^[\w-]{1,50}$/;

/** Accepts text that is not empty, has no hidden characters, and satisfies the given rule. */
function word(problemOf: (text: string) => string | null) {
  return z.string({ error: ({ input }) => notText(input) }).superRefine((text, context) => {
    const message = text === "" ? "must not be empty" : (hiddenProblem(text) ?? problemOf(text));
    if (message !== null) context.addIssue({ code: "custom", message });
  });
}

/** Says what to do about a value that is not text. YAML reads some words without quotes as numbers, true, false or null. */
function notText(value: unknown): string {
  if (value === undefined) return "must be text, but is missing";
  if (value === null) return "must be text, but is empty or null: write the name, in quotes if it is null";
  if (typeof value === "object")
    return "must be text, not a list or a mapping: put text that begins with [ or { in quotes";
  return `must be text, but YAML reads it as the ${typeof value} ${String(value)}: put it in quotes`;
}

/** Refuses wildcards. */
const fullName = (text: string): string | null =>
  /[*#]/.test(text)
    ? `must be a full name, because * and # are not wildcards here: it is ${shown(text)}`
    : null;

export const isShort = (text: string): boolean => Buffer.byteLength(text) <= MAX_NAME_BYTES;

export const deploymentName = word(fullName);

export const exchangeName = word((text) => {
  if (!isShort(text)) return `must not be longer than ${MAX_NAME_BYTES} bytes, the broker's limit`;
  return isClient(text)
    ? `must not begin with client:, because the clients of the REST API have such names in rejections and metrics: it is ${shown(text)}`
    : fullName(text);
});

/** Returns the problem with the wildcards of a pattern for routing keys, or null if there is none. */
export function wildcardProblem(pattern: string): string | null {
  const mixed = pattern.split(".").find((each) => each.length > 1 && /[*#]/.test(each));
  return mixed === undefined
    ? null
    : `${shown(mixed)} matches nothing: * and # stand for whole words between dots; write '*' for any one word, '#' for any number of words, or list the names`;
}

/** A part of a binding's routing key: words separated by dots. */
export const bindingWords = word((text) => {
  if (text.split(".").includes("")) {
    return `must not have a dot at its beginning or end, or two in a row: it is ${shown(text)}`;
  }
  return wildcardProblem(text);
});

/** A pattern for project names; `*` stands for any text. */
export const projectPattern = word((text) =>
  /^[\w-]{0,50}$/.test(text.replaceAll("*", ""))
    ? null
    : `matches no project: a name has at most 50 letters, digits, _ and -, and * stands for any text; it is ${shown(text)}`,
);

/** Returns why this cannot be a project's name; null if it can. */
export function projectNameProblem(text: string): string | null {
  const problem = hiddenProblem(text);
  if (problem !== null || PROJECT_NAME.test(text)) return problem;
  return `is not a project name, which has 1 to 50 letters, digits, _ and -: it is ${shown(text)}`;
}
