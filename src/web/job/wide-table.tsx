import type { ComponentChildren } from "preact";

interface WideTableProps {
  /** What the table holds, for screen readers. */
  readonly label: string;
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where it is wider than the screen, also by keys. */
export function WideTable({ label, children }: WideTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls the table when it has the focus
    <section class="wide-table" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
