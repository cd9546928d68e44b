import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { parseSync } from "@swc/core";
import * as z from "zod";
import { isJsonObject } from "../src/domain/text/json-object.ts";

const src = fileURLToPath(new URL("../src/", import.meta.url));

/** Lists that a call may receive as its arguments: short ones, whose length no stranger controls. */
const allowed: readonly string[] = [
  // The arguments of a wrapped method.
  "store/calls/wrap-calls.ts: args",
  "cli/commands/replay.ts: query",
  "ingest/replay/archive-target.ts: job",
  "ingest/replay/archive-target.ts: selection",
  // Pairs and similar short lists.
  "submission/normalise-submission.ts: tooLong",
  "store/sqlite/sqlite-rejections.ts: days",
  "store/sqlite/sqlite-rejections.ts: routeColumns()",
  "store/sqlite/sqlite-rejections.ts: times",
  "store/sqlite/sqlite-work.ts: given",
  "store/sqlite/sqlite-work.ts: keyOf()",
  // One for each column of a table.
  "store/sqlite/sqlite-copied-jobs.ts: columns",
  "store/sqlite/sqlite-copied-parts.ts: state",
  "store/sqlite/sqlite-copied-records.ts: columns",
  "store/sqlite/sqlite-copied-records.ts: routeColumns()",
  "store/sqlite/sqlite-copied-records.ts: used",
  // One for each condition of a query.
  "store/sqlite/sqlite-archive.ts: (another expression)",
  "store/sqlite/sqlite-copier.ts: values",
  "store/sqlite/sqlite-retention.ts: values",
  "store/sqlite/sqlite-retention.ts: valuesOf()",
  "store/sqlite/sqlite-rejections.ts: valuesOf()",
  "store/sqlite/sqlite-logs.ts: values",
  "store/sqlite/sqlite-api-reads.ts: values",
  // One for each worker that an operator names.
  "queries/operate-view.ts: (another expression)",
  // One for each row in view.
  "web/client/log/line-list.ts: newRows()",
  // Sixteen colours, and the steps of ten minutes.
  "web/log/sgr-colour.ts: distances",
  "web/sparkline-path.ts: (another expression)",
  "web/sparkline.tsx: known",
];

const call = z.looseObject({
  type: z.enum(["CallExpression", "NewExpression"]),
  arguments: z.array(z.object({ spread: z.unknown(), expression: z.unknown() })),
});
const name = z.looseObject({ type: z.literal("Identifier"), value: z.string() });
const called = z.looseObject({ type: z.literal("CallExpression"), callee: name });

/** Returns the expressions that calls in this source spread into their arguments, if they have a short name. */
function spreadArguments(source: string, isTsx = false): string[] {
  const found: string[] = [];
  visit(parseSync(source, { syntax: "typescript", tsx: isTsx, target: "es2022" }));
  return found;

  function visit(node: unknown): void {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (!isJsonObject(node)) return;
    // Checked first, because zod takes a hundred times as long to refuse a value.
    const isCall = node["type"] === "CallExpression" || node["type"] === "NewExpression";
    for (const { spread, expression } of (isCall && call.safeParse(node).data?.arguments) || []) {
      if (spread !== null && spread !== undefined) found.push(nameOf(expression));
    }
    for (const member of Object.values(node)) visit(member);
  }
}

function nameOf(expression: unknown): string {
  const identifier = name.safeParse(expression);
  if (identifier.success) return identifier.data.value;
  const result = called.safeParse(expression);
  return result.success ? `${result.data.callee.value}()` : "(another expression)";
}

it("no call takes a list as its arguments whose length a stranger can choose", () => {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  const found = files.flatMap((file) =>
    spreadArguments(readFileSync(src + file, "utf8"), file.endsWith("x")).map(
      (expression) => `${file}: ${expression}`,
    ),
  );
  expect([...new Set(found)].toSorted()).toEqual(allowed.toSorted());
});

it.each<[string, string[]]>([
  ["items.push(...more)", ["more"]],
  ["Math.max(0, ...list.map((one) => one.size))", ["(another expression)"]],
  ["new Set(...read(), other)", ["read()"]],
  ["const f = (...args: number[]) => [...args, { ...more }]", []],
])("the expressions that %s spreads are found", (source, expected) => {
  expect(spreadArguments(source)).toEqual(expected);
});
