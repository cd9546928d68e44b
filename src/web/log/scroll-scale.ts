/** Below the limits of browsers for the height of an element: 17.9 million pixels in Firefox, 33.5 million in Chromium. */
export const MAX_SCROLL_PX = 8_000_000;

export interface ScrollSizes {
  readonly rows: number;
  readonly rowPx: number;
  /** The height of the part of the rows that is visible. */
  readonly viewPx: number;
}

/** Converts between positions in a log and positions of its scroll bar. */
export interface ScrollScale {
  /** The height of the scrolled element. */
  readonly heightPx: number;
  /** The largest position in the log. */
  readonly maxTopPx: number;
  /** Whether one pixel of the scroll bar stands for more than one pixel of the log. */
  readonly isScaled: boolean;
  /** Returns the position in the log for a position of the scroll bar. */
  topOf(scrollTop: number): number;
  /** Returns the position of the scroll bar for a position in the log. */
  scrollTopOf(topPx: number): number;
}

/** Returns the scale of a log's scroll bar. If the log is too high for a browser, a pixel of the bar stands for several pixels of the log. */
export function scrollScale({ rows, rowPx, viewPx }: ScrollSizes): ScrollScale {
  const wholePx = Math.max(rows * rowPx, viewPx);
  const heightPx = Math.min(wholePx, MAX_SCROLL_PX);
  const maxTopPx = wholePx - viewPx;
  const maxScrollPx = heightPx - viewPx;
  const factor = maxScrollPx > 0 ? maxTopPx / maxScrollPx : 1;
  return {
    heightPx,
    maxTopPx,
    isScaled: heightPx < wholePx,
    topOf: (scrollTop) => Math.max(0, Math.min(maxTopPx, scrollTop * factor)),
    scrollTopOf: (topPx) => Math.max(0, Math.min(maxTopPx, topPx)) / factor,
  };
}
