import { escapeInvisible } from "./escape-invisible.ts";

/** A stranger's text for one line of a terminal: nothing in it can move the cursor or forge a line. */
export const printable = escapeInvisible;
