import { generalPlatform } from "./catalogue.ts";
import type { DemoPush } from "./plan-pushes.ts";
import type { DemoBody } from "./refused-messages.ts";
import { SeededRandom, seededHex } from "./seeded-random.ts";

/** The clients that post over REST. */
export const restClients = [
  { id: "push-bot", description: "posts pushes as soon as they are in the repository", isRevoked: false },
  { id: "release-bot", description: "posts the jobs of releases", isRevoked: false },
  { id: "nightly-import", description: "imports jobs of another system at night", isRevoked: false },
  { id: "old-script", description: "was replaced by release-bot", isRevoked: true },
] as const;

/** Returns the post that submits a push; null if nobody submits it. Pure. */
export function postOfPush({ project, pushedAt, resultSet, isSkeleton, number }: DemoPush): DemoBody | null {
  if (isSkeleton) return null;
  const random = new SeededRandom("post", number);
  return {
    // A push is usually submitted before its first job, but sometimes after it.
    atMs: (pushedAt + random.pick([3, 5, 8, 400])) * 1000,
    origin: { kind: "rest", clientId: "push-bot", endpoint: `/api/project/${project.name}/resultset/` },
    bytes: Buffer.from(JSON.stringify([resultSet])),
  };
}

/** Returns the post of a release's jobs, which some pushes of `mozilla-central` have; null for all others. Pure. */
export function postOfRelease(seed: number, push: DemoPush): DemoBody | null {
  const { project, revision, pushedAt, number } = push;
  if (project.name !== "mozilla-central") return null;
  const random = new SeededRandom(seed, "release", number);
  const jobs = ["Update verify", "Sign packages", "Publish checksums", "Notify mirrors"].map((name, at) => {
    const started = pushedAt + random.between(1800, 5400);
    const isFailed = random.isOneIn(8);
    const job_guid = `release-${seededHex(16, seed, number, at)}`;
    return {
      ...{ project: project.name, revision },
      job: {
        ...{
          job_guid,
          name,
          job_symbol: name.slice(0, 1),
          group_symbol: "Rel",
          group_name: "Release promotion",
        },
        ...{ product_name: "desktop", state: "completed", result: isFailed ? "busted" : "success", tier: 1 },
        ...{ reason: "release", who: "release-bot@example.org", machine: `signer-${random.between(1, 9)}` },
        ...{
          submit_timestamp: pushedAt + 900,
          start_timestamp: started,
          end_timestamp: started + random.between(60, 900),
        },
        build_platform: { os_name: "linux", platform: "linux64", architecture: "x86_64" },
        machine_platform: { os_name: "unknown", platform: generalPlatform.name, architecture: "unknown" },
        option_collection: { opt: true },
        artifacts: [{ name: "Job Info", type: "json", job_guid, blob: { job_details: details(job_guid) } }],
      },
    };
  });
  const last = Math.max(...jobs.map(({ job }) => job.end_timestamp));
  return {
    atMs: (last + 20) * 1000,
    origin: { kind: "rest", clientId: "release-bot", endpoint: `/api/project/${project.name}/jobs/` },
    bytes: Buffer.from(JSON.stringify(jobs)),
  };
}

function details(guid: string): readonly object[] {
  const url = `https://artifacts.example.org/${guid}/checksums.txt`;
  return [
    { content_type: "text", title: "Channel", value: "beta & release" },
    { content_type: "link", title: "Checksums", value: "checksums.txt", url },
    { content_type: "raw_html", title: "Note", value: "This is <strong>cool</strong>" },
  ];
}
