import { type RejectionQuota, unlimited } from "./admit-rejections.ts";
import { defaultMaxWaitingLogs } from "./log-room.ts";

/** What the publishers of one exchange may fill a store with. */
export interface StoreLimits {
  readonly rejectionQuota: RejectionQuota;
  /** How many logs may wait to be read. */
  readonly maxWaitingLogs: number;
}

/** For commands and tests, which do not take what strangers send. */
export const defaultStoreLimits: StoreLimits = {
  rejectionQuota: unlimited,
  maxWaitingLogs: defaultMaxWaitingLogs,
};
