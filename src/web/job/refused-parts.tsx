import type { Refusal } from "../../domain/submission.ts";
import { printable } from "../../domain/text/printable.ts";

/** The number of refused parts that are shown here. The history tab shows all of them. */
const NAMED = 3;

/** Lists the parts of an accepted job that could not be used. Renders nothing if there are none. */
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
