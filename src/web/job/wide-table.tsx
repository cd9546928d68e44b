import type { ComponentChildren } from "preact";

interface WideTableProps {
  /** The name of the table for screen readers. */
  readonly label: string;
  readonly children: ComponentChildren;
}

/** A table that scrolls horizontally if it is wider than the screen, also with the keyboard. */
export function WideTable({ label, children }: WideTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table takes the focus so that it can be scrolled with the keyboard
    <section class="wide-table" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
