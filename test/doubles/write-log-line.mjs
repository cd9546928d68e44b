// Writes one line of the log. Argument: its fields as JSON.
import { createLog } from "../../src/log.ts";

createLog("info").info("log_partly_unused", JSON.parse(process.argv[2]));
