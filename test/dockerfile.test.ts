import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { FastifyPluginAsync } from "fastify";
import * as z from "zod";
import { readSettings } from "../src/config/read-settings.ts";
import { openServer } from "../src/http/server/open-server.ts";
import { sendJson } from "../src/http/server/send-json.ts";
import { observeServer, observeSettings } from "./http/observe-server.ts";

// No container engine is available here, so these tests check the form of the file; they do not build the image.
const lines = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line));
const stages = lines.filter((line) => line.startsWith("FROM "));
const finalStage = lines.slice(lines.lastIndexOf(stages.at(-1) ?? ""));

it("the image is built in two stages from one pinned, slim base", () => {
  expect(stages).toHaveLength(2);
  for (const stage of stages) {
    expect(stage).toMatch(/^FROM node:\d+\.\d+\.\d+-[a-z]+-slim(@sha256:\w+)?( AS build)?$/);
  }
  expect(new Set(stages.map((stage) => stage.split(" ")[1])).size).toBe(1);
});

it("nothing runs as root in the final image", () => {
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

it("only what is needed to run is copied", () => {
  const copied = finalStage.filter((line) => line.startsWith("COPY ")).map((line) => line.split(" ").at(-1));
  expect(copied).toEqual(["./node_modules", "./dist", "./", "./config", "./schemas"]);
});

it("the port for posts over REST is declared", () => {
  const { PUBLIC_PORT } = readSettings({}, ["PUBLIC_PORT"]);
  expect(finalStage).toContain(`EXPOSE ${PUBLIC_PORT}`);
});

it("no package's install script runs: nothing is compiled or downloaded", () => {
  const installs = lines.filter((line) => /npm (ci|prune|install)/.test(line));
  expect(installs.length).toBeGreaterThan(0);
  for (const line of installs) expect(line).toContain("--ignore-scripts");
});

describe("the health check", () => {
  const line = finalStage.find((candidate) => candidate.startsWith("HEALTHCHECK ")) ?? "";
  const [program = "", ...args] = z
    .array(z.string())
    .parse(JSON.parse(line.slice(line.indexOf(" CMD ") + " CMD ".length)));
  const log = { error: tell, warn: tell, info: tell, debug: tell };

  /** Returns the exit code of the health check against a server whose /livez answers with this status. */
  async function checked(status: number, env: NodeJS.ProcessEnv = {}): Promise<number | null> {
    const livez: FastifyPluginAsync = async (app) => {
      app.get("/livez", async (_request, reply) => sendJson(reply, status, {}));
    };
    const server = await openServer(observeServer([livez], log), "127.0.0.1", 0, observeSettings);
    const code = await run({ HTTP_PORT: new URL(server.url).port, ...env });
    await server.close();
    return code;
  }

  async function run(env: NodeJS.ProcessEnv): Promise<number | null> {
    const child = spawn(process.execPath, args, { env, stdio: "inherit" });
    await once(child, "exit");
    return child.exitCode;
  }

  it("runs in Node.js itself, because the slim image has no curl", () => {
    expect([program, args[0]]).toEqual(["node", "-e"]);
    expect(line).toContain("--timeout=5s");
  });

  it("succeeds when the worker is alive, wherever it listens", async () => {
    expect(await checked(200)).toBe(0);
    expect(await checked(200, { HTTP_HOST: "0.0.0.0" })).toBe(0);
    expect(await checked(200, { HTTP_HOST: "127.0.0.1" })).toBe(0);
  });

  it("fails when the worker is not alive or does not answer", async () => {
    expect(await checked(503)).toBe(1);
    // A privileged port, on which nothing listens.
    expect(await run({ HTTP_PORT: "1" })).toBe(1);
  });

  it("sends no request where nothing is served", async () => {
    expect(await run({ HTTP_PORT: "off" })).toBe(0);
  });
});

function tell(event: string): never {
  throw new Error(`unexpected: ${event}`);
}
