// `npm run demo`: fills a store with a made-up week, and serves its pages. Installs and builds first.
import { spawn } from "node:child_process";
import { install, installAndBuild, projectFolder } from "../quickstart/install.mjs";

if (process.argv.includes("--help")) install();
else installAndBuild();
const child = spawn(process.execPath, ["--import", "tsx", "demo/main.ts", ...process.argv.slice(2)], {
  cwd: projectFolder,
  stdio: "inherit",
});
// A terminal sends Ctrl-C to both processes. The child ends by itself then.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
