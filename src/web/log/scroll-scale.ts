/** Browsers limit how high an element may be: Firefox to 17.9 million pixels, Chromium to 33.5 million. */
export const MAX_SCROLL_PX = 8_000_000;

export interface ScrollSizes {
  readonly rows: number;
  readonly rowPx: number;
  /** The height of what is seen of them. */
  readonly viewPx: number;
}

/** How positions in a log belong to those of its scroll bar. */
export interface ScrollScale {
  /** The height of the scrolled element. */
  readonly heightPx: number;
  /** The largest position in the log. */
  readonly maxTopPx: number;
  /** One pixel of the scroll bar stands for more than one pixel of the log. */
  readonly isScaled: boolean;
  /** Returns the position in the log for one of the scroll bar. */
  topOf(scrollTop: number): number;
  /** Returns the position of the scroll bar for one in the log. */
  scrollTopOf(topPx: number): number;
}

/** A log that would be too high for a browser gets a scroll bar that stands for more than it shows. */
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
