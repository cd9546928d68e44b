#!/usr/bin/env node
import { runCommand } from "./cli/commands.ts";

// Set, not called with exit(): what is still on its way to a pipe gets there first.
process.exitCode = await runCommand(process.argv.slice(2));
