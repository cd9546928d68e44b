import { shellCommand } from "./shell-quote.ts";

export interface CopyCommandProps {
  /** The words of the command. Those that come from data are quoted. */
  readonly words: readonly string[];
}

/** A command for a terminal, with a button that copies it. The button works by `client/copy-buttons.ts`, and is hidden without scripts. */
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
