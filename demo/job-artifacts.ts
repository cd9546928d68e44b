import type { DemoJob } from "./plan-jobs.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Returns the `jobInfo` of a message: text that may be HTML, and links. */
export function jobDetails({ taskId, suite, result }: DemoJob, random: SeededRandom): object {
  const artifacts = `https://artifacts.example.org/${taskId}/public`;
  const failed = result === "fail" ? random.between(1, 4) : 0;
  const passed = random.between(200, 3000);
  return {
    jobInfo: {
      summary:
        suite.tests.length > 0
          ? `${suite.name}: ${passed}/<em class="testfail">${failed}</em>/${random.between(0, 40)}`
          : `took <strong>${random.between(2, 90)}</strong> minutes of processor time`,
      links: [
        {
          label: "artifact uploaded",
          linkText: "resource-usage.json",
          url: `${artifacts}/resource-usage.json`,
        },
        { label: "Task", linkText: "Inspect Task", url: `https://tasks.example.org/${taskId}` },
      ],
    },
  };
}

/** Returns the artifacts that some messages contain: measurements, and details in plain text. */
export function measuredData({ suite, platform, result }: DemoJob, random: SeededRandom): readonly object[] {
  const text = {
    ...{ name: "Job Info", type: "json" },
    blob: {
      job_details: [
        { title: "Kernel", value: `6.${random.between(1, 12)} <generic>`, content_type: "text", url: null },
      ],
    },
  };
  if (suite.measures.length === 0 || result !== "success") return platform.os === "linux" ? [text] : [];
  const suites = suite.measures.map((name) => {
    const value = random.between(2000, 9000) / 10;
    const subtests = ["first", "second", "third"].map((part) => ({
      ...{
        name: `${name} ${part}`,
        value: Math.round(value * random.between(80, 120)) / 100,
        lowerIsBetter: true,
      },
    }));
    return { name, value, lowerIsBetter: true, extraOptions: ["e10s"], subtests };
  });
  const framework = { name: suite.groupSymbol === "SY" ? "awsy" : "talos" };
  return [
    text,
    { name: "performance_data", type: "json", blob: { performance_data: [{ framework, suites }] } },
  ];
}
