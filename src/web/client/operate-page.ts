import { keepFresh } from "./keep-fresh.ts";
import { startShell } from "./shell.ts";

startShell();
keepFresh("operate");
