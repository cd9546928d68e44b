import { shellCommand } from "./shell-quote.ts";

export interface CopyCommandProps {
  /** The words of the command. `shellCommand` quotes them where needed. */
  readonly words: readonly string[];
}

/** A shell command with a button that copies it. `client/copy-buttons.ts` makes the button work; without scripts it is hidden. */
export function CopyCommand({ words }: CopyCommandProps) {
  const command = shellCommand(words);
  if (command === null) {
    return (
      <span class="muted">
        No command is offered here, because a name in it holds characters that cannot be seen.
      </span>
    );
  }
  return (
    <span class="copy-command">
      <code>{command}</code>
      <button type="button" data-copy={command} aria-label={`Copy: ${command}`}>
        Copy
      </button>
    </span>
  );
}
