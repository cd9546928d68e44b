import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Part, rounded } from "../part.ts";
import { BUGS, bugsSaid, TERMS } from "./bugs-said.ts";

/** Measures look-ups among the bugs in memory, and the memory that the bugs take. */
export const bugs = {
  goals: { p95_ms: { atMost: 5 }, index_mib: { atMost: 150 } },
  contenders: [],
  async measure() {
    const script = fileURLToPath(new URL("bug-memory.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script]);
    const { p95Ms, indexMib } = bugsSaid.parse(JSON.parse(stdout));
    return {
      what: `${BUGS} bugs in memory, ${TERMS} terms`,
      figures: { p95_ms: rounded(p95Ms, 3), index_mib: Math.round(indexMib) },
    };
  },
} satisfies Part;
