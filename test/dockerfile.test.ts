import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

// No container engine runs where these tests run: the form is checked, and the image itself is not built.
const lines = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line));
const stages = lines.filter((line) => line.startsWith("FROM "));
const finalStage = lines.slice(lines.lastIndexOf(stages.at(-1) ?? ""));

it("the image is built in two stages from one pinned, slim base", () => {
  expect(stages).toHaveLength(2);
  for (const stage of stages) expect(stage).toMatch(/^FROM node:\d+-[a-z]+-slim/);
});

it("nothing runs as root in the end", () => {
  const user = finalStage.findIndex((line) => line.startsWith("USER "));
  expect(finalStage[user]).toBe("USER node");
  expect(finalStage.slice(user).filter((line) => line.startsWith("RUN "))).toEqual([]);
});

it("node is the first process, in exec form, so that SIGTERM reaches it", () => {
  const entry = finalStage.find((line) => line.startsWith("ENTRYPOINT ")) ?? "";
  expect(JSON.parse(entry.slice("ENTRYPOINT ".length))).toEqual([
    "node",
    "--enable-source-maps",
    "dist/main.js",
  ]);
  expect(JSON.parse((finalStage.find((line) => line.startsWith("CMD ")) ?? "").slice("CMD ".length))).toEqual(
    ["start"],
  );
});

it("only /data is written, so that the root file system may be read-only", () => {
  expect(finalStage).toContain("VOLUME /data");
  expect(finalStage.join("\n")).toContain("DATA_DIR=/data");
});

it("only what is needed to run is copied in", () => {
  const copied = finalStage.filter((line) => line.startsWith("COPY ")).map((line) => line.split(" ").at(-1));
  expect(copied).toEqual(["./node_modules", "./dist", "./", "./config", "./schemas"]);
});

it("no package's install script runs: nothing is compiled or downloaded", () => {
  const installs = lines.filter((line) => /npm (ci|prune|install)/.test(line));
  expect(installs.length).toBeGreaterThan(0);
  for (const line of installs) expect(line).toContain("--ignore-scripts");
});
