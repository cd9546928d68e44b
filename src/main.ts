#!/usr/bin/env node
import { runCommand } from "./cli/commands.ts";
import { endWithOutput } from "./cli/output/broken-output.ts";

for (const output of [process.stdout, process.stderr]) output.on("error", endWithOutput);

// Set, not called with exit(): what is still on its way to a pipe gets there first.
process.exitCode = await runCommand(process.argv.slice(2));
