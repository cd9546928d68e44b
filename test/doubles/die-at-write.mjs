// Preloaded into a command (NODE_OPTIONS=--import): kills it at one of its writes to a store, with SIGKILL or the signal DIE_BY. DIE_AT
// names the write as `before N` or `after N`: the Nth commit to an embedded store, or the Nth command that writes to a database.
import { createRequire } from "node:module";
import Database from "libsql";

const require = createRequire(import.meta.url);
const { Connection } = require("mongodb/lib/cmap/connection.js");
const [, when, nth] = /^(before|after) (\d+)$/.exec(process.env.DIE_AT) ?? [];
let writes = 0;

/** Runs a write, unless the process must die before it. */
function atWrite(write) {
  writes += 1;
  if (writes !== Number(nth)) return write();
  if (when === "before") die();
  const result = write();
  if (typeof result?.then === "function") return result.finally(die);
  die();
  return result;
}

function die() {
  process.kill(process.pid, process.env.DIE_BY ?? "SIGKILL");
}

const { exec } = Database.prototype;
Database.prototype.exec = function (sql) {
  return sql === "COMMIT" ? atWrite(() => exec.call(this, sql)) : exec.call(this, sql);
};

const writing = ["insert", "update", "delete", "findAndModify"];
const { command } = Connection.prototype;
Connection.prototype.command = function (...args) {
  const isWrite = writing.some((name) => name in args[1]);
  return isWrite ? atWrite(() => command.apply(this, args)) : command.apply(this, args);
};
