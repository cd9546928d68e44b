import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** Collects all garbage now. */
export function collectGarbage(): void {
  if (typeof collect !== "function") throw new Error("this Node.js has no gc");
  collect();
}
