import { expect, it } from "@jest/globals";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { KeptDays } from "../../src/web/operate/operate-figures.ts";
import { RetentionWords } from "../../src/web/operate/retention-words.tsx";

function words(kept: Pick<KeptDays, "jobs" | "projects">): string {
  const retention = {
    ...{ kept: { ...kept, rejections: 30, archive: 0 }, differ: false, removed: {} },
    ...{ at_work: null, last_run_at: null, lag_seconds: 0 },
  };
  const html = renderToString(h(RetentionWords, { retention, now: "2026-01-05T10:00:00.000Z" }));
  return html.replaceAll(/<[^>]*>/g, "");
}

it('jobs that no setting lets expire are kept for ever, and "twice as long" is not mentioned', () => {
  expect(words({ jobs: 0, projects: {} })).toMatch(/^Jobs are kept for ever, rejections for 30 days\. /);
  expect(words({ jobs: 0, projects: { try: 1 } })).toMatch(
    /^Completed jobs are kept for ever \(try for 1 day\), other jobs twice as long, rejections/,
  );
});
