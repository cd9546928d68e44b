import { fromOldHash } from "../old-addresses.ts";
import { startShell } from "./shell.ts";

startShell();

// What stands behind # never reaches the server.
const address = fromOldHash(location.pathname, location.hash);
if (address !== null) location.replace(address);
