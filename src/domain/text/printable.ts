import { escapeInvisible } from "./escape-invisible.ts";

/** Makes an untrusted text safe for one line of a terminal: it cannot move the cursor or forge a line. */
export const printable = escapeInvisible;
