import { sparklinePath } from "./sparkline-path.ts";

export interface SparklineProps {
  /** Oldest first; null where a value is unknown. */
  readonly values: readonly (number | null)[];
  /** A description of the curve for screen readers. */
  readonly label: string;
}

const size = { width: 96, height: 16 };

/** A small curve beside a figure. Nothing is drawn until there are two values. */
export function Sparkline({ values, label }: SparklineProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const largest = Math.max(...known);
  return (
    <svg
      class="sparkline"
      width={size.width}
      height={size.height + 2}
      viewBox={`0 -1 ${size.width} ${size.height + 2}`}
      role="img"
      aria-label={`${label}: ${largest} at most, ${known.at(-1)} at the end`}
    >
      <path d={sparklinePath(values, size)} />
    </svg>
  );
}
