#!/usr/bin/env node
import { runCommand } from "./cli/commands.ts";
import { nodeTrouble } from "./cli/node-trouble.ts";
import { exitCodes } from "./cli/options/exit-codes.ts";
import { endWithOutput } from "./cli/output/broken-output.ts";
import { tell } from "./cli/output/print.ts";
import { oldestNode } from "./version.ts";

for (const output of [process.stdout, process.stderr]) output.on("error", endWithOutput);

const trouble = nodeTrouble(process.versions.node, oldestNode);
if (trouble !== null) tell(`error: ${trouble}`);
// `process.exit()` is not called, because it would lose output to a pipe that is still being written.
process.exitCode = trouble === null ? await runCommand(process.argv.slice(2)) : exitCodes.misuse;
