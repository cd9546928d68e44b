import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { seededRandom } from "../../logs/parse/hostile-lines.ts";

export interface BenchLog {
  readonly gzip: Buffer;
  /** The inflated size. */
  readonly bytes: number;
}

const reference = fileURLToPath(new URL("../../../../shared/reference/logs", import.meta.url));

/** Returns the real logs that lie next to the project's folder, if there are any. */
export function realLogs(): BenchLog[] {
  if (!existsSync(reference)) return [];
  const files = readdirSync(reference).filter((file) => file.endsWith(".gz"));
  return files.map((file) => {
    const gzip = readFileSync(`${reference}/${file}`);
    return { gzip, bytes: gunzipSync(gzip).length };
  });
}

const LINES_PER_STEP = 20_000;

/**
 * Returns a log like that of a long test run: steps, and lines with a time and a level; one line in several thousand is an error.
 * @param mib - the approximate inflated size.
 */
export function aLargeLog(mib: number, seed: number): BenchLog {
  const random = seededRandom(seed);
  const parts: string[] = [];
  let bytes = 0;
  for (let line = 0; bytes < mib * 2 ** 20; line++) {
    const text = `${line % LINES_PER_STEP === 0 ? marker(line) : ordinary(line, random)}\n`;
    parts.push(text);
    bytes += text.length;
  }
  return { gzip: gzipSync(parts.join("")), bytes };
}

function marker(line: number): string {
  return `========= Started step ${line} (results: 0, elapsed: 0 secs) (at 2026-01-05 10:00:00.000000) =========`;
}

function ordinary(line: number, random: () => number): string {
  const dice = random();
  const prefix = `10:${String(line % 60).padStart(2, "0")}:00     INFO -  `;
  const path = `dom/tests/mochitest/test_${Math.floor(random() * 5000)}.html`;
  if (dice < 0.0003) return `${prefix}TEST-UNEXPECTED-FAIL | ${path} | ${random()} == 1`;
  if (dice < 0.3) return `${prefix}TEST-PASS | ${path} | ${random()} is as it should be`;
  if (dice < 0.4) return `${prefix}TEST-START | ${path}`;
  if (dice < 0.5) return "";
  return `${prefix}++DOMWINDOW == ${line} (0x${line.toString(16)}) [pid = 1234] [serial = ${line}] [outer = (nil)]`;
}
