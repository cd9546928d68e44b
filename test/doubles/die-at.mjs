// Preloaded into a worker (NODE_OPTIONS=--import): kills it with SIGKILL at one step of the first batch that it writes after
// SIGUSR2. DIE_AT names the step as `before STEP` or `after STEP`: `ack`; with SQLite `BEGIN IMMEDIATE`, `COMMIT` or a table that is
// inserted into; with MongoDB a collection and the method that writes to it, e.g. `jobs.bulkWrite`.
import { createRequire } from "node:module";
import Database from "libsql";
import { Collection } from "mongodb";

const require = createRequire(import.meta.resolve("amqplib"));

const { BaseChannel } = require("./lib/channel.js");
const { Channel } = require("./lib/channel_model.js");
const [, when, step] = /^(before|after) (.+)$/.exec(process.env.DIE_AT) ?? [];
let mayArm = false;
let isArmed = false;

process.on("SIGUSR2", () => {
  mayArm = true;
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level: "debug", event: "armed" })}\n`,
  );
});

function die() {
  if (isArmed) process.kill(process.pid, "SIGKILL");
}

/** Wraps a method so that the process dies before or after it, if it is the configured step. */
function around(prototype, method, isStep) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    if (!isStep(this, args)) return original.apply(this, args);
    if (when === "before") die();
    const result = original.apply(this, args);
    if (when === "after") {
      if (typeof result?.then === "function") return result.finally(die);
      die();
    }
    return result;
  };
}

// Only steps that a delivery causes count: a worker also writes on its own.
const { dispatchMessage } = BaseChannel.prototype;
BaseChannel.prototype.dispatchMessage = function (...args) {
  isArmed = mayArm;
  return dispatchMessage.apply(this, args);
};

around(Channel.prototype, "ack", () => step === "ack");
around(Database.prototype, "exec", (_db, [sql]) => sql === step);
for (const method of ["bulkWrite", "insertMany"]) {
  around(Collection.prototype, method, ({ collectionName }) => `${collectionName}.${method}` === step);
}
const { prepare } = Database.prototype;
Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (sql.includes(`INTO ${step} `)) around(statement, "run", () => true);
  return statement;
};
