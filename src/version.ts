import { readFileSync } from "node:fs";
import * as z from "zod";

const packageFile = new URL("../package.json", import.meta.url);

/** The version of this program, as `package.json` has it. */
export const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packageFile, "utf8")));

/** What log hosts and Bugzilla are told of who asks. */
export const userAgent = `pulse-ingest/${version}`;
