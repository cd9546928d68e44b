/**
 * Job messages as a broker carries them: real shapes and sizes, in all states, the states of a job some way
 * apart, now and then several jobs in one message, a duplicate, an invalid one. The same for the same arguments.
 *
 * @param jobs - how many jobs pass through all of their states.
 * @param prefix - begins every task id, so that two mixes do not meet.
 * @returns the bodies in the order of publishing, and how many job messages they hold.
 */
export function messageMix(jobs: number, prefix: string): { bodies: Buffer[]; jobMessages: number } {
  const waves: object[][] = [[], [], []];
  for (let job = 0; job < jobs; job++) {
    waves[0]?.push(message(prefix, job, "pending"));
    waves[1]?.push(message(prefix, job, "running"));
    waves[2]?.push(message(prefix, job, "completed"));
  }
  // The states of one job come some hundred messages apart, as they do while many jobs run.
  const stream: object[] = [];
  for (let at = 0; at < jobs + 2 * SPREAD; at++) {
    for (const [state, wave] of waves.entries()) {
      const item = wave[at - state * SPREAD];
      if (item !== undefined) stream.push(item);
    }
  }
  const bodies: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = at % 40 === 0 ? Math.min(5, stream.length - at) : 1;
    bodies.push(Buffer.from(JSON.stringify(size === 1 ? stream[at] : stream.slice(at, at + size))));
    at += size;
  }
  return { bodies, jobMessages: stream.length };
}

const SPREAD = 300;

function message(prefix: string, job: number, state: "pending" | "running" | "completed"): object {
  const taskId = `${prefix}${job.toString(36).padStart(18, "x")}/0`;
  const platform = ["linux64", "win10-64", "osx-1015", "android-em-7-0"][job % 4];
  const machine = {
    name: `t-${platform}-${job % 500}`,
    platform,
    os: platform?.slice(0, 3),
    architecture: "x86_64",
  };
  return {
    taskId,
    origin: {
      kind: "hg.mozilla.org",
      project: ["autoland", "mozilla-central", "try"][job % 3],
      revision: revision(Math.floor(job / 50)),
      pushLogID: Math.floor(job / 50),
    },
    buildSystem: "taskcluster",
    display: {
      jobName: `test-${platform}/opt-mochitest-plain-headless-e10s-${job % 60}`,
      jobSymbol: "h",
      chunkId: 1 + (job % 60),
      groupSymbol: "M-e10s",
      groupName: "Mochitests with e10s",
    },
    state,
    ...(state === "completed" ? { result: job % 9 === 0 ? "fail" : "success" } : {}),
    jobKind: job % 7 === 0 ? "build" : "test",
    tier: 1 + (job % 2),
    owner: `developer${job % 80}@example.org`,
    reason: "scheduled",
    productName: "firefox",
    labels: job % 5 === 0 ? ["debug"] : ["opt", "e10s"],
    timeScheduled: "2026-01-05T10:00:00.123Z",
    ...(state === "pending"
      ? {}
      : { timeStarted: "2026-01-05T10:05:07.456Z", buildMachine: machine, runMachine: machine }),
    ...(state === "completed"
      ? { timeCompleted: "2026-01-05T10:25:31.789Z", jobInfo: jobInfo(taskId), logs: logs(taskId, job) }
      : {}),
    extra: { artifacts: [] },
    version: 1,
  };
}

function revision(push: number): string {
  return (push * 2_654_435_761).toString(16).padStart(14, "0").repeat(3).slice(0, 40);
}

function jobInfo(taskId: string): object {
  const link = (name: string) => ({
    label: "artifact uploaded",
    linkText: name,
    url: `https://queue.example.org/v1/task/${taskId}/artifacts/public/test_info/${name}`,
  });
  return {
    summary: "2104 passed, 0 failed, 12 skipped",
    links: ["mochitest-plain_errorsummary.log", "mochitest-plain_raw.log", "resource-usage.json"].map(link),
  };
}

function logs(taskId: string, job: number): object[] {
  const log = {
    name: "live_backing_log",
    url: `https://queue.example.org/v1/task/${taskId}/artifacts/live_backing.log`,
  };
  if (job % 6 !== 0) return [log];
  const step = (order: number) => ({
    name: `step ${order}`,
    timeStarted: "2026-01-05T10:05:07Z",
    timeFinished: "2026-01-05T10:15:07Z",
    lineStarted: order * 100,
    lineFinished: order * 100 + 99,
    result: "success",
    errors:
      order === 2 ? [{ line: "TEST-UNEXPECTED-FAIL | dom/tests/test_a.html | boom", linenumber: 251 }] : [],
  });
  return [
    log,
    { name: "buildbot_text", url: log.url, steps: [0, 1, 2, 3].map(step), errorsTruncated: false },
  ];
}
