/**
 * A private RabbitMQ node with its own ports on 127.0.0.1, data folder, epmd and Erlang cookie. It
 * does not affect a RabbitMQ service on the machine, and ends with the process that started it.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "amqplib";
import { createContainer, whyNoDocker } from "./docker.ts";
import { freePort } from "./free-port.ts";
import { images } from "./images.ts";
import { type Program, startProgram, untilItAnswers } from "./program.ts";
import { createRabbitmqAdmin, type RabbitmqAdmin } from "./rabbitmq-admin.ts";
import { findRabbitmqPlace, type RabbitmqPlace, type RabbitmqSeries } from "./rabbitmq-place.ts";
import { runCommand } from "./run-command.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { ServerMissing } from "./server-missing.ts";

/** A running RabbitMQ. */
export type Broker = {
  /** `amqp://guest:guest@127.0.0.1:PORT/%2F`: an administrator's address. */
  readonly url: string;
  /** The management API: `http://127.0.0.1:PORT`, without user and password. */
  readonly adminUrl: string;
  /** Name and version for titles and tables: "RabbitMQ 4.3.6". */
  readonly name: string;
  readonly series: "3" | "4";
  readonly admin: RabbitmqAdmin;
};

/** A private node, which may be killed and started again. */
export type Rabbitmq = Broker & {
  readonly port: number;
  /** The folder for data, logs and settings of the node, which `stop` removes. */
  readonly folder: string;
  /** Ends the node and removes its folder. */
  stop(): Promise<void>;
  /**
   * Sends SIGKILL. The data stays, for `restart`.
   * A 3.x node writes declarations (queues, bindings, users) to disk up to two seconds later, unlike messages. The call waits until
   * everything declared before is on disk, so that no test fails because of that. `atOnce` does not wait.
   */
  kill(options?: { atOnce?: boolean }): Promise<void>;
  /** Starts the node again on the same port with the same data. If it still runs, it is shut down first. */
  restart(): Promise<void>;
  /** Runs `rabbitmqctl` on the node, e.g. `("set_vm_memory_high_watermark", "0.4")`. It takes a second or more. */
  control(...args: readonly string[]): Promise<string>;
};

/**
 * Starts a node and waits until it accepts connections: one that this machine has or can install, or one in Docker.
 *
 * @throws ServerMissing if no RabbitMQ of this series is available.
 */
export async function startRabbitmq(options: { series?: RabbitmqSeries } = {}): Promise<Rabbitmq> {
  const series = options.series ?? "any";
  const folder = await openRunFolder("rabbitmq");
  try {
    return await startIn(await findRabbitmqPlace(series, folder.path), folder);
  } catch (error) {
    await folder.remove();
    if (!(error instanceof ServerMissing)) throw error;
    const whyNot = await whyNoDocker();
    if (whyNot === null) return startInDocker(series);
    throw new ServerMissing(error.server, `${error.why}; ${whyNot}`, error.fix);
  }
}

type Ports = { amqp: number; admin: number; distribution: number; epmd: number };

async function startIn(place: RabbitmqPlace, folder: RunFolder): Promise<Rabbitmq> {
  const ports = {
    amqp: await freePort(),
    admin: await freePort(),
    distribution: await freePort(),
    epmd: await freePort(),
  };
  await place.own(folder.path);
  await writeFile(join(folder.path, "enabled_plugins"), "[rabbitmq_management].\n");
  await writeFile(join(folder.path, "rabbitmq.conf"), nodeSettings(ports));
  const start = async (program: readonly string[]) =>
    startProgram({
      command: await place.command(program),
      env: nodeEnvironment(place.folder, ports),
      cwd: "/",
      logFile: join(folder.path, "rabbitmq.log"),
    });
  const epmd = await start([place.epmd, "-address", "127.0.0.1", "-port", String(ports.epmd)]);
  const control = async (args: readonly string[]) => {
    const script = place.server.replace(/rabbitmq-server$/, "rabbitmqctl");
    const [program = "", ...rest] = await place.command([script, ...args]);
    return runCommand(program, rest, { env: nodeEnvironment(place.folder, ports), cwd: "/" });
  };
  return started(folder, ports, () => start([place.server]), control, [epmd]);
}

async function startInDocker(series: RabbitmqSeries): Promise<Rabbitmq> {
  const ports = { amqp: await freePort(), admin: await freePort() };
  const container = await createContainer(series === "3" ? images.rabbitmq3 : images.rabbitmq4, [
    [ports.amqp, 5672],
    [ports.admin, 15672],
  ]);
  return started(container.folder, ports, container.start, container.control, []);
}

async function started(
  folder: RunFolder,
  ports: { amqp: number; admin: number },
  start: () => Promise<Program>,
  control: (args: readonly string[]) => Promise<string>,
  companions: readonly Program[],
): Promise<Rabbitmq> {
  const url = `amqp://guest:guest@127.0.0.1:${ports.amqp}/%2F`;
  const adminUrl = `http://127.0.0.1:${ports.admin}`;
  let node = await start();
  const stop = async () => {
    // Its data is removed anyway, so an orderly shutdown, which takes 3.x some seconds, is useless.
    await Promise.all([node, ...companions].map((program) => program.kill()));
    await folder.remove();
  };
  try {
    const version = await untilItAnswers("RabbitMQ", node, () => versionOf(url));
    return {
      url,
      adminUrl,
      admin: createRabbitmqAdmin(adminUrl, url),
      name: `RabbitMQ ${version}`,
      series: version.startsWith("3.") ? "3" : "4",
      port: ports.amqp,
      folder: folder.path,
      stop,
      async kill({ atOnce = false } = {}) {
        if (version.startsWith("3.") && !atOnce && node.isRunning()) await wait(2500);
        await node.kill();
      },
      async restart() {
        await node.stop();
        node = await start();
        await untilItAnswers("RabbitMQ", node, () => versionOf(url));
      },
      control: (...args) => control(args),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the version that a broker announces. @throws Error if it accepts no connection. */
export async function versionOf(amqpUrl: string): Promise<string> {
  const connection = await connect(amqpUrl);
  const { version } = connection.connection.serverProperties;
  await connection.close();
  return version;
}

function nodeSettings(ports: Ports): string {
  return [
    "management.tcp.ip = 127.0.0.1",
    `management.tcp.port = ${ports.admin}`,
    "log.console = true",
    // The default limit of a gigabyte or more would block publishers on a machine with a nearly full disk.
    "disk_free_limit.absolute = 50MB",
    "",
  ].join("\n");
}

function nodeEnvironment(folder: string, ports: Ports): NodeJS.ProcessEnv {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin",
    LANG: "C.UTF-8",
    // The Erlang cookie is written here.
    HOME: folder,
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `t${ports.amqp}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_LOGS: "-",
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled_plugins`,
    RABBITMQ_PID_FILE: `${folder}/pid`,
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
    // The settings of a service on this machine must not apply to this node.
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/advanced.config`,
    // Makes the script replace itself by the VM (exec), so that one process gets the death signal.
    RUNNING_UNDER_SYSTEMD: "true",
  };
}
