/**
 * The exit codes of all commands. 0: success. 1: something was refused or failed. 2: misuse. 3: a timeout, or an unroutable
 * message.
 */
export const exitCodes = { ok: 0, failed: 1, misuse: 2, timeout: 3 } as const;
