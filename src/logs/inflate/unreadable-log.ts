import type { LogFault } from "../../domain/log-faults.ts";

/** Thrown while the bytes of a log are turned into text. `readLogText` catches it and returns its fault. */
export class UnreadableLog extends Error {
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super(fault.reason);
    this.name = "UnreadableLog";
    this.fault = fault;
  }
}
