// `npm run quickstart`: shows a complete run on a fresh machine, with one command.
import { spawn } from "node:child_process";
import { install, installAndBuild, projectFolder } from "./install.mjs";

if (process.argv.includes("--help")) install();
else installAndBuild();
const child = spawn(process.execPath, ["--import", "tsx", "quickstart/main.ts", ...process.argv.slice(2)], {
  cwd: projectFolder,
  stdio: "inherit",
});
// A terminal sends Ctrl-C to both processes. The child counts two signals within half a second as one.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
