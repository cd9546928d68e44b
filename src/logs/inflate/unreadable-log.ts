import type { LogFault } from "../../domain/log-faults.ts";

/** Thrown inside the chain that makes text of a log's bytes; `readLogText` turns it into the fault that it returns. */
export class UnreadableLog extends Error {
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super(fault.reason);
    this.name = "UnreadableLog";
    this.fault = fault;
  }
}
