import { readFileSync } from "node:fs";
import * as z from "zod";
import { packageFile } from "./package-files.ts";

/** The version of this program, from `package.json`. */
export const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(packageFile("package.json"), "utf8")));

/** The `User-Agent` in requests to log hosts and to Bugzilla. */
export const userAgent = `pulse-ingest/${version}`;
