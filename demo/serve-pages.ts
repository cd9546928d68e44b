import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { readSettings } from "../src/config/read-settings.ts";
import { errorCode } from "../src/domain/error-code.ts";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const logLine = z.looseObject({ event: z.string(), level: z.string(), url: z.string().optional() });

/** A process that serves the pages. */
export interface ServedPages {
  readonly url: string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** @throws Error if something already listens where the settings of the environment say that the pages are served. */
export async function refuseTakenPort(): Promise<void> {
  const { PUBLIC_HOST: host, PUBLIC_PORT: port } = readSettings(process.env, ["PUBLIC_HOST", "PUBLIC_PORT"]);
  if (port === "off") throw new Error("PUBLIC_PORT is off, so no pages would be served");
  const probe = createServer();
  try {
    await once(probe.listen(port, host), "listening");
  } catch (error) {
    if (errorCode(error) !== "EADDRINUSE") throw error;
    throw new Error(
      `something already listens on ${host}:${port}: if it is another demo, end it first; otherwise choose another port, e.g. PUBLIC_PORT=9190 npm run demo`,
    );
  }
  probe.close();
}

/**
 * Starts `pulse-ingest pages`, which must have been built. Its warnings and errors are printed.
 *
 * @param settings - override those of the environment.
 */
export async function servePages(settings: Readonly<Record<string, string>>): Promise<ServedPages> {
  const child = spawn(process.execPath, [program, "pages"], {
    env: { ...process.env, LOG_LEVEL: "info", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const ended = once(child, "exit").finally(() => process.off("exit", endWithUs));
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (text) => {
      const { event, level, url = "" } = logLine.parse(JSON.parse(text));
      if (event === "public_listening") resolve(url);
      if (level !== "info") process.stderr.write(`${text}\n`);
    });
  });
  const url = await Promise.race([listening, ended.then(() => null)]);
  if (url === null) throw new Error("the pages could not be served; see above");
  return {
    url,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
