// Preloaded into a worker: sends it SIGHUP as soon as it listens for SIGTERM, long before it has read its registry.
process.on("newListener", (event) => {
  if (event === "SIGTERM") setImmediate(() => process.kill(process.pid, "SIGHUP"));
});
