/** Exit codes of every command: 0 everything went well, 1 something was refused or failed, 2 misuse, 3 timeout or unroutable. */
export const exitCodes = { ok: 0, failed: 1, misuse: 2, timeout: 3 } as const;
