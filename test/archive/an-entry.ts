import type { ArchivedEntry } from "../../src/archive/segment.ts";
import type { ArchiveFilter } from "../../src/store/ports/archive-store.ts";
import { EXCHANGE } from "../examples.ts";

/** Returns an archived delivery. A test names only the members that matter to it. */
export function anEntry(overrides: Partial<ArchivedEntry> = {}): ArchivedEntry {
  return {
    origin: { kind: "pulse", exchange: EXCHANGE, routingKey: "treeherder.try", redelivered: false },
    received_at: "2026-01-05T10:00:00.000Z",
    ...{ content_type: null, content_encoding: null, compression: null },
    ...{ oversize: null, unreadable_queue: null },
    ...{ projects: ["try"], tasks: ["guid/0"], body: Buffer.from("{}") },
    ...overrides,
  };
}

/** Returns a filter that matches every message. A test names only the conditions that matter to it. */
export function aFilter(overrides: Partial<ArchiveFilter> = {}): ArchiveFilter {
  const any = { since: null, until: null, exchange: null, client: null, project: null, task: null };
  return { ...any, ...overrides };
}
