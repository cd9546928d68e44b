import { fromOldHash } from "../old-addresses.ts";
import { startShell } from "./shell.ts";

startShell();

// The server never receives the part of an address after `#`.
const address = fromOldHash(location.pathname, location.hash);
if (address !== null) location.replace(address);
