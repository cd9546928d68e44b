import { readFileSync } from "node:fs";
import * as z from "zod";
import { packageFile } from "./package-files.ts";

const described = z
  .object({ version: z.string(), engines: z.object({ node: z.templateLiteral([">=", z.string()]) }) })
  .parse(JSON.parse(readFileSync(packageFile("package.json"), "utf8")));

/** The version of this program, from `package.json`. */
export const { version } = described;

/** The oldest version of Node.js that this program runs with, from `package.json`. */
export const oldestNode = described.engines.node.slice(">=".length);

/** The `User-Agent` in requests to log hosts and to Bugzilla. */
export const userAgent = `pulse-ingest/${version}`;
