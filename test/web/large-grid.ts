import type { Store } from "../../src/store/ports/store.ts";
import { anArrival } from "../examples.ts";

/** The project whose ten newest pushes have 10,000 jobs. */
export const LARGE_PROJECT = "large";
const PUSHES = 10;
const JOBS_OF_PUSH = 1000;
const AT_ONCE = 500;
const FIRST_PUSH_SECONDS = 1_795_900_000;

const platforms = [
  ...["linux32", "linux64", "osx-10-10", "windows7-32", "windows10-64", "android-4-3-armv7-api11", "other"],
];
const options = ["opt", "debug"];
const groups = [
  ["B", "Builds"],
  ["M", "Mochitests"],
  ["R", "Reftests"],
  ["W", "Web platform tests"],
  ["X", "Xpcshell tests"],
  ["?", "unknown"],
] as const;

const revisionOf = (push: number): string => (0xabc0 + push).toString(16).repeat(10);

/**
 * Writes ten pushes of 1,000 jobs into a store: most jobs have passed, some have failed, and those of the newest push are still running.
 */
export async function fillLargeGrid(store: Store): Promise<void> {
  const pushes = Array.from({ length: PUSHES }, (_, push) => push);
  await store.storeResultSets(
    pushes.map((push) => ({
      project: LARGE_PROJECT,
      received_at: "2026-11-29T10:00:00.000Z",
      resultSet: {
        ...{ revision: revisionOf(push), author: `developer${push}@example.org` },
        push_timestamp: FIRST_PUSH_SECONDS + push * 600,
        revisions: [
          {
            ...{ revision: revisionOf(push), author: "Some Person", repository: LARGE_PROJECT },
            comment: "Bug 1234567 - a comment of the usual length, which says what has been changed and why",
          },
        ],
      },
    })),
  );
  const one = anArrival();
  const all = pushes.flatMap((push) =>
    Array.from({ length: JOBS_OF_PUSH }, (_, number) => ({
      ...one,
      received_at: new Date(1000 * (FIRST_PUSH_SECONDS + push * 600 + number)).toISOString(),
      submission: {
        ...one.submission,
        ...placeOf(push),
        job: { ...one.submission.job, ...jobOf(push, number) },
      },
    })),
  );
  for (let at = 0; at < all.length; at += AT_ONCE) await store.storeSubmissions(all.slice(at, at + AT_ONCE));
}

function placeOf(push: number) {
  return { project: LARGE_PROJECT, revision: revisionOf(push) };
}

function jobOf(push: number, number: number) {
  const [group_symbol, group_name] = groups[(number * 7) % groups.length] ?? groups[0];
  const chunk = Math.floor(number / 14);
  const platform = platforms[number % platforms.length] ?? "other";
  const option = options[Math.floor(number / 7) % 2] ?? "opt";
  const isRunning = push === PUSHES - 1 && number % 3 === 0;
  return {
    ...{ group_symbol, group_name, tier: number % 12 === 0 ? 2 : 1, options: [option] },
    // 22 random characters, which do not compress, like task ids.
    job_guid: `${Buffer.from(`${Math.imul(number + 1, 2_654_435_761)} ${push} ${number}`)
      .toString("base64url")
      .slice(0, 20)}${push}${number}/0`,
    ...{ job_symbol: String(chunk), name: `test-${platform}/${option}-${group_name.toLowerCase()}-${chunk}` },
    machine_platform: { platform, os_name: "os", architecture: "x86_64" },
    ...(isRunning ? { state: "running", result: null } : { state: "completed", result: resultOf(number) }),
  };
}

function resultOf(number: number): string {
  if (number % 97 === 0) return "busted";
  return number % 41 === 0 ? "testfailed" : "success";
}
