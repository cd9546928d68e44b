import { printable } from "../../../domain/text/printable.ts";
import { bytesText } from "../../log/bytes-text.ts";
import type { LogTrouble } from "../../log/log-trouble.ts";
import type { LoadedLog } from "./load-log.ts";

/** The note that is shown instead of the lines. */
export type NoteState =
  /** The log was requested a moment ago, so nothing is said yet. The place of the lines is kept. */
  | { readonly kind: "quiet" }
  | { readonly kind: "asking" }
  | { readonly kind: "fetching"; readonly bytes: number }
  | { readonly kind: "again"; readonly text: string }
  | { readonly kind: "stopped" }
  | ({ readonly kind: "failed"; readonly detail: string } & LogTrouble)
  | { readonly kind: "gone"; readonly text: string }
  | { readonly kind: "empty"; readonly isFinal: boolean };

/** Returns whether no lines will arrive unless the reader requests them again. */
export function isFinal({ kind }: NoteState): boolean {
  return ["stopped", "failed", "gone", "empty"].includes(kind);
}

/** Returns the note about an answer. */
export function noteAbout(loaded: LoadedLog): NoteState {
  switch (loaded.state) {
    case "lines":
      return loaded.text.total === 0 ? { kind: "empty", isFinal: loaded.text.is_final } : { kind: "quiet" };
    case "failed":
      return { kind: "failed", ...loaded };
    case "gone":
      return { kind: "gone", text: loaded.text };
  }
}

export interface LogNoteProps {
  readonly note: NoteState;
  readonly onStop: () => void;
  readonly onAgain: () => void;
}

/** Says what the page waits for, or why there are no lines, and what can be done. */
export function LogNote({ note, onStop, onAgain }: LogNoteProps) {
  const again = (words: string) => (
    <button type="button" onClick={onAgain}>
      {words}
    </button>
  );
  const stop = (
    <button type="button" onClick={onStop}>
      Stop
    </button>
  );
  switch (note.kind) {
    case "quiet":
      return null;
    case "asking":
      return <p class="note">Waiting for the log. {stop}</p>;
    case "fetching":
      return (
        <p class="note">
          The log is being fetched from its host and indexed: {bytesText(note.bytes)} so far. {stop}
        </p>
      );
    case "again":
      return (
        <p class="note note-warning">
          {note.text} Trying again. {stop}
        </p>
      );
    case "stopped":
      return <p class="note">Stopped. {again("Fetch the log")}</p>;
    case "failed": {
      const { heading, advice, detail } = note;
      return (
        <div class="note note-trouble">
          <p>
            <strong>{heading}</strong>
          </p>
          <p>{sentence(printable(detail))}</p>
          <p>
            {advice} {again("Try again")}
          </p>
        </div>
      );
    }
    case "gone":
      return (
        <p class="note note-trouble">
          {note.text} {again("Try again")}
        </p>
      );
    case "empty":
      return (
        <p class="note">
          The log is empty. {!note.isFinal && <>The job has not ended yet. {again("Read again")}</>}
        </p>
      );
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
