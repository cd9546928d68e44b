import type { ChannelModel } from "amqplib";
import { sourceTrouble } from "../connection/source-trouble.ts";
import { type Culprit, type DeliveryTap, tapDeliveries } from "../connection/tap-deliveries.ts";
import type { UnreadableStreak } from "./unreadable-streak.ts";

/** The failure that has ended consuming. */
export interface Failure {
  /** The delivery that caused it, or null if that is not known. */
  readonly culprit: Culprit | null;
}

/** Watches one connection for deliveries that the driver, or our own code, cannot read. */
export interface DeliveryWatch {
  readonly tap: DeliveryTap;
  /** Resolves when the connection should be closed: with the reason, or with null to continue as usual on a new connection. */
  readonly ended: Promise<string | null>;
  /** Returns the failure, or null if nothing has failed. */
  failure(): Failure | null;
  /** Called by the consumer with the error of a delivery, while the driver is still handling that delivery. */
  readonly unreadable: (error: unknown) => void;
  /** Called by `takeCarefully` with null if the culprit was set aside, otherwise with the error. */
  readonly carefulEnd: (error: unknown) => void;
  /** Called once consuming has started. */
  begun(): void;
  close(): void;
}

/** How long deliveries are consumed one at a time after one of them has ended the connection. */
const CALM_MS = 60_000;

export function watchDeliveries({ connection }: ChannelModel, streak: UnreadableStreak): DeliveryWatch {
  const tap = tapDeliveries(connection);
  let failure: Failure | null = null;
  let calm: NodeJS.Timeout | undefined;
  let end: (reason: string | null) => void;
  const ended = new Promise<string | null>((resolve) => {
    end = resolve;
  });
  // `ended` need not be resolved here, because the driver itself ends the connection.
  tap.onFailure((culprit) => {
    failure = { culprit };
  });

  function returnToNormal(): void {
    streak.ended();
    end(null);
  }

  return {
    tap,
    ended,
    failure: () => failure,
    unreadable(error) {
      failure = { culprit: tap.current() };
      end(sourceTrouble(error).error);
    },
    carefulEnd(error) {
      if (error === null) return returnToNormal();
      failure = { culprit: streak.culprit };
      end(sourceTrouble(error).error);
    },
    begun() {
      if (streak.failures > 0) calm = setTimeout(returnToNormal, CALM_MS);
    },
    close: () => clearTimeout(calm),
  };
}
