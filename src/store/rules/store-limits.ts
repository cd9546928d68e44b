import { type RejectionQuota, unlimited } from "./admit-rejections.ts";
import { defaultMaxWaitingLogs } from "./log-room.ts";

/** Limits on what the publishers of one exchange can store. */
export interface StoreLimits {
  readonly rejectionQuota: RejectionQuota;
  /** The most logs that may wait to be read. */
  readonly maxWaitingLogs: number;
}

/** The limits for commands and tests, which do not store messages of publishers. */
export const defaultStoreLimits: StoreLimits = {
  rejectionQuota: unlimited,
  maxWaitingLogs: defaultMaxWaitingLogs,
};
