import type { Artifact } from "../../domain/submission.ts";
import { prettyJson } from "../../domain/text/pretty-json.ts";
import type { ArtifactMaker, ExplainedArtifact } from "../../store/ports/job-reads.ts";
import type { ArtifactText } from "../../web/shown-job.ts";

/** How much of an artifact is shown, in characters. The whole artifact can be downloaded. */
export const SHOWN_LENGTH = 64 * 1024;

/** Returns the beginning of an artifact as text. Pure. */
export function artifactText({ name, type, blob }: Artifact, made_by: string): ArtifactText {
  const isJson = type.toLowerCase() === "json";
  const { text, isCut } = isJson
    ? prettyJson(blob, SHOWN_LENGTH)
    : { text: blob.slice(0, SHOWN_LENGTH), isCut: blob.length > SHOWN_LENGTH };
  return { name, type, made_by, bytes: Buffer.byteLength(blob), text, is_cut: isCut };
}

const makerWords: Readonly<Record<ArtifactMaker, string>> = {
  message: "sent by the publisher",
  log: "made from the log",
  summary: "made from the submitted summary",
};

/** Returns a text that says what made an artifact. */
export function makersInWords({ made_by }: ExplainedArtifact): string {
  return made_by.map((maker) => makerWords[maker]).join("; ") || "unknown: stored by an older version";
}
