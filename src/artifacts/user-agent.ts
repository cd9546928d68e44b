import { readFileSync } from "node:fs";
import * as z from "zod";

// The same place from src/artifacts and from dist/artifacts.
const manifest = new URL("../../package.json", import.meta.url);

/**
 * What we tell log hosts that we are, e.g. `pulse-ingest/0.1.0 (job log reader)`.
 *
 * @param contact - where somebody who minds our requests can say so: a URL or a mail address of the operator.
 */
export function userAgent(contact?: string): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, "utf8")));
  return `pulse-ingest/${version} (job log reader${contact ? `; ${contact}` : ""})`;
}
