import type { ChannelModel } from "amqplib";
import { sourceTrouble } from "../connection/source-trouble.ts";
import { type Culprit, type DeliveryTap, tapDeliveries } from "../connection/tap-deliveries.ts";
import type { UnreadableStreak } from "./unreadable-streak.ts";

/** The delivery that has ended consuming. */
export interface Failure {
  /** The delivery at fault; null if it is not known. */
  readonly culprit: Culprit | null;
}

/** Watches one connection for deliveries at which the driver, or our own reading, fails. */
export interface DeliveryWatch {
  readonly tap: DeliveryTap;
  /** Resolves when the connection is to be closed: with the reason, or null to go on as usual with a new one. */
  readonly ended: Promise<string | null>;
  /** Returns null if nothing has failed. */
  failure(): Failure | null;
  /** To be called by the consumer, while the driver is handling the delivery. */
  readonly unreadable: (error: unknown) => void;
  /** To be called by `takeCarefully`: with null if the culprit was set aside, otherwise with the error. */
  readonly carefulEnd: (error: unknown) => void;
  /** To be called once consuming has begun. */
  begun(): void;
  close(): void;
}

/** Deliveries are taken one at a time for this long after one has ended the connection. */
const CALM_MS = 60_000;

export function watchDeliveries({ connection }: ChannelModel, streak: UnreadableStreak): DeliveryWatch {
  const tap = tapDeliveries(connection);
  let failure: Failure | null = null;
  let calm: NodeJS.Timeout | undefined;
  let end: (reason: string | null) => void;
  const ended = new Promise<string | null>((resolve) => {
    end = resolve;
  });
  // The driver then ends the connection by itself.
  tap.onFailure((culprit) => {
    failure = { culprit };
  });

  function asUsual(): void {
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
      if (error === null) return asUsual();
      failure = { culprit: streak.culprit };
      end(sourceTrouble(error).error);
    },
    begun() {
      if (streak.failures > 0) calm = setTimeout(asUsual, CALM_MS);
    },
    close: () => clearTimeout(calm),
  };
}
