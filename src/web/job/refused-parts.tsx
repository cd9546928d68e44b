import type { Refusal } from "../../domain/submission.ts";
import { printable } from "../../domain/text/printable.ts";

/** How many are named; the history names all. */
const NAMED = 3;

/** Says which parts of an accepted job could not be used. Shows nothing if there are none. */
export function RefusedParts({ refused }: { readonly refused: readonly Refusal[] }) {
  if (refused.length === 0) return null;
  return (
    <div class="note note-warning refused-parts">
      <p>
        {refused.length === 1
          ? "1 part of the message was refused:"
          : `${refused.length} parts of the messages were refused:`}
      </p>
      <RefusalList refused={refused.slice(0, NAMED)} />
      {refused.length > NAMED && <p>The history names all of them.</p>}
    </div>
  );
}

export function RefusalList({ refused }: { readonly refused: readonly Refusal[] }) {
  return (
    <ul class="data-text">
      {refused.map(({ what, reason }) => (
        <li key={`${what} ${reason}`}>
          {printable(what)}: {printable(reason)}
        </li>
      ))}
    </ul>
  );
}
