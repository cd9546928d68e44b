import type { Part } from "./part.ts";
import { bindings } from "./parts/bindings.ts";
import { bugs } from "./parts/bugs.ts";
import { counts } from "./parts/counts.ts";
import { archive } from "./parts/drains/archive.ts";
import { full } from "./parts/drains/full.ts";
import { limit } from "./parts/drains/limit.ts";
import { mongodb } from "./parts/drains/mongodb.ts";
import { peers } from "./parts/drains/peers.ts";
import { physical } from "./parts/drains/physical.ts";
import { rest } from "./parts/drains/rest.ts";
import { retention } from "./parts/drains/retention.ts";
import { sqlite } from "./parts/drains/sqlite.ts";
import { judge } from "./parts/judge.ts";
import { large } from "./parts/large.ts";
import { logs } from "./parts/logs.ts";
import { paced } from "./parts/paced.ts";
import { pure } from "./parts/pure.ts";

/** All parts, in the order of the report. */
export const parts = {
  ...{ limit, sqlite, mongodb, physical, peers, counts },
  ...{ pure, judge, paced, rest, archive, retention, full, logs, bugs },
  ...{ bindings, large },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof parts;

/** Slow parts, which are measured only if they are named. */
const namedOnly: readonly PartName[] = ["bindings", "large"];

export const partNames = Object.keys(parts) as PartName[];
export const usualParts = partNames.filter((name) => !namedOnly.includes(name));
