import type { CopyResult } from "../../copy/copy-store-contents.ts";
import type { Difference } from "../../copy/verify-copy.ts";
import { counted } from "../../domain/text/counted.ts";
import { columns } from "./columns.ts";
import { cutToWidth } from "./cut-to-width.ts";

/** The plurals of kinds of documents. All other kinds get an `s`. */
const names: Readonly<Record<string, string>> = {
  options: "option collections",
  push: "pushes",
  suggestions: "suggestions to make",
  coalesced: "coalesced marks",
  quota: "quotas of rejections",
  segment: "segments of the archive",
};

/** Returns the name of a kind of document, in the plural. */
export function kindName(kind: string): string {
  return names[kind] ?? `${kind}s`;
}

/** Renders the counts of a copy, and the result of the comparison. Pure. */
export function renderCopy({ kinds, differences, differing }: CopyResult): string {
  const rows = Object.entries(kinds).map(([kind, count]) => [
    kindName(kind),
    ...[count.documents, count.written, count.kept, count.same, count.later, count.different].map(String),
  ]);
  const heading = ["", "documents", "copied", "kept", "same", "later", "different"];
  const all = Object.values(kinds);
  const renumbered = all.reduce((sum, count) => sum + count.renumbered, 0);
  const later = all.reduce((sum, count) => sum + count.later, 0);
  const lines = [
    ...(renumbered > 0
      ? [`${counted(renumbered, "document")} got another number in the read API, because theirs was taken.`]
      : []),
    ...(later > 0
      ? [`${counted(later, "document")} had been moved on in the target. They stay as they are there.`]
      : []),
    ...differences.map(({ kind, name, is }) => `${words[is]}: ${kind} ${cutToWidth(name, 160)}`),
    ...(differing > differences.length
      ? [`and ${counted(differing - differences.length, "more difference")}`]
      : []),
    differing === 0
      ? "Compared: the target holds all documents."
      : `Compared: ${counted(differing, "document")} ${differing === 1 ? "differs" : "differ"}. If the source is still in use, copy again: only what differs is written.`,
  ];
  return `${columns([heading, ...rows])}${lines.map((line) => `${line}\n`).join("")}`;
}

const words = {
  missing: "missing in the target",
  earlier: "in an earlier state in the target",
  different: "different in the target",
  damaged: "damaged in the source, and not copied",
} as const satisfies Record<Difference["is"], string>;

/** Renders the counts of a dry run. Pure. */
export function renderPlannedCopy(kinds: Readonly<Record<string, number>>): string {
  return columns(Object.entries(kinds).map(([kind, documents]) => [kindName(kind), String(documents)]));
}
