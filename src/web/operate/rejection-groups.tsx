import { rejectionsAddress } from "../addresses.ts";
import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import { TimeAgo } from "../time-ago.tsx";
import type { StoreFigures } from "./operate-figures.ts";

export interface RejectionGroupsProps {
  readonly store: StoreFigures;
  /** The time of the figures, in ISO 8601. Ages are relative to it. */
  readonly now: string;
}

/** The rejections of the last day, by sender and reason. */
export function RejectionGroups({ store, now }: RejectionGroupsProps) {
  const { rejections, only_counted } = store;
  const more = only_counted > 0 && (
    <p>
      ⚠ {shownCount(only_counted)} more were only counted, because a daily quota was full (REJECTIONS_PER_DAY,
      REJECTION_BYTES_PER_DAY).
    </p>
  );
  if (rejections === null) {
    return (
      <p class="note">
        {store.name === null
          ? "The store does not answer, so its rejections are not known."
          : "There are too many rejections to count them in time."}{" "}
        <a href={rejectionsAddress({})}>Open the list</a>
      </p>
    );
  }
  if (rejections.length === 0) {
    return (
      <>
        <p>
          No message was rejected. <a href={rejectionsAddress({})}>Older rejections</a>
        </p>
        {more}
      </>
    );
  }
  return (
    <>
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Messages
            </th>
            <th scope="col" class="number">
              Different
            </th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {rejections.map(({ exchange, client_id, reason, messages, different, last_seen }) => (
            <tr key={`${exchange} ${client_id} ${reason}`}>
              <th scope="row">
                <ShownText text={exchange ?? `client ${client_id}`} />
              </th>
              <td class="short" data-label="Reason">
                <a
                  href={rejectionsAddress({
                    ...(exchange !== null && { exchange }),
                    ...(client_id !== null && { client: client_id }),
                    reason,
                  })}
                >
                  {reason}
                </a>
              </td>
              <td class="number" data-label="Messages">
                {shownCount(messages)}
              </td>
              <td class="number" data-label="Different">
                {shownCount(different)}
              </td>
              <td data-label="Last seen">
                <TimeAgo at={last_seen} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more}
      <p>
        <a href={rejectionsAddress({})}>All rejections</a>
      </p>
    </>
  );
}
