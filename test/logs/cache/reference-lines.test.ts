import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { openLogCache } from "../../../src/logs/cache/log-cache.ts";
import { answer, startLogHost } from "../../doubles/log-host.ts";
import { workHere } from "../../doubles/text-work.ts";

const folder = fileURLToPath(new URL("../../../../shared/reference/logs", import.meta.url));
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(".txt.gz"))
      .map((file) => file.slice(0, -".txt.gz".length))
  : [];
if (names.length === 0)
  console.warn(`LEFT OUT: no real logs whose line numbers could be compared in ${folder}`);

const expected = z.object({
  text_log_summary: z.object({
    step_data: z.object({ all_errors: z.array(z.object({ linenumber: z.number(), line: z.string() })) }),
  }),
});

describe("the lines of real logs have the numbers of their artifacts", () => {
  if (names.length === 0) it.todo("needs the reference logs");
  for (const name of names) {
    it(name, async () => {
      const file = (end: string): Buffer => readFileSync(join(folder, name + end));
      const host = await startLogHost({ "/log": answer(file(".txt.gz")) });
      const cacheFolder = mkdtempSync(join(tmpdir(), "reference-lines-"));
      const logs = openLogCache({
        folder: cacheFolder,
        maxBytes: 1e9,
        work: workHere({ userAgent: "test", allowPrivate: true }),
        limits: { lines: 1e7, inflatedBytes: 1e9, ratio: 500 },
        perHost: 1,
        now: Date.now,
      });
      try {
        const { all_errors } = expected.parse(JSON.parse(file(".expected.json").toString())).text_log_summary
          .step_data;
        const text = { url: `${host.url}/log`, isFinal: true, asOfMs: null };
        const found = new Map<number, string>();
        for (const { linenumber, line } of all_errors) {
          if (!found.has(linenumber)) {
            const part = await logs.readPart(text, linenumber, linenumber + 200, 30_000);
            for (const each of part.ok ? part.lines : []) found.set(each.index, each.text);
          }
          // The parser has cut the line, and the white space at its end.
          expect([linenumber, found.get(linenumber)?.startsWith(line)]).toEqual([linenumber, true]);
        }
      } finally {
        await logs.close();
        await host.close();
        rmSync(cacheFolder, { recursive: true });
      }
    });
  }
});
