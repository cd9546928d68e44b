/** Servers in Docker containers, for machines whose own packages do not have them. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Program, startProgram } from "./program.ts";
import { findProgram, lastLines, runCommand, say } from "./run-command.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { wordsOf } from "./server-missing.ts";

/** A container that can be started and stopped any number of times over the same data. */
export type Container = {
  /** The folder for the logs. Removing it, or the end of this process, removes the container and its data too. */
  readonly folder: RunFolder;
  start(): Promise<Program>;
  /** Runs `rabbitmqctl` in the container, if the container has that program. */
  control(args: readonly string[]): Promise<string>;
};

/** Returns the reason why no container can run here, or null if one can. */
export async function whyNoDocker(): Promise<string | null> {
  if ((await findProgram("docker")) === null) return "there is no Docker";
  try {
    await runCommand("docker", ["version", "--format", "{{.Server.Version}}"]);
    return null;
  } catch {
    return "no Docker daemon answers";
  }
}

/**
 * Creates a container. Nothing runs in it yet.
 *
 * @param image - pulled if it is missing.
 * @param ports - pairs of a port on 127.0.0.1 and a port of the container.
 * @throws Error if the image cannot be pulled.
 */
export async function createContainer(
  image: string,
  ports: readonly (readonly [number, number])[],
): Promise<Container> {
  const name = `pulse-ingest-${randomUUID()}`;
  const folder = await openRunFolder("container", ["docker", "rm", "--force", "--volumes", name]);
  try {
    say(`making a container of ${image}`);
    const published = ports.map(([outside, inside]) => `--publish=127.0.0.1:${outside}:${inside}`);
    // RabbitMQ stores its data under the host name.
    await runCommand("docker", ["create", `--name=${name}`, "--hostname=server", ...published, image]);
  } catch (error) {
    await folder.remove();
    throw new Error(`no container of ${image} (${lastLines(wordsOf(error), 1)})`, { cause: error });
  }
  return {
    folder,
    control: (args) => runCommand("docker", ["exec", name, "rabbitmqctl", ...args]),
    async start() {
      const client = await startProgram({
        command: ["docker", "start", "--attach", name],
        env: process.env,
        cwd: "/",
        logFile: join(folder.path, "container.log"),
      });
      // Signals reach the program in the container. The docker client ends after it.
      const end = async (command: string) => {
        if (client.isRunning()) await runCommand("docker", [command, name]).catch(() => undefined);
        await client.kill();
      };
      return { ...client, stop: () => end("stop"), kill: () => end("kill") };
    },
  };
}
