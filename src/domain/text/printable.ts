import { escapeInvisible } from "./escape-invisible.ts";

/** Returns a stranger's text made safe for one line of a terminal: it cannot move the cursor or forge a line. */
export const printable = escapeInvisible;
