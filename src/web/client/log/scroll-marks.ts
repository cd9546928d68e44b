/** The marks next to the scroll bar. */
export interface Marks {
  /** The number of lines in the log. */
  readonly total: number;
  /** Numbers of lines. */
  readonly failing: readonly number[];
  /** Each from 0 (top of the log) to 1 (its end). */
  readonly hits: readonly number[];
}

const MARK_PX = 3;

/** Draws the positions of failing lines and of hits. All of them are in one picture, however many there are. */
export function drawMarks(canvas: HTMLCanvasElement, { total, failing, hits }: Marks): void {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  const colours = getComputedStyle(canvas);
  context.scale(ratio, ratio);
  const half = width / 2;
  const draw = (places: readonly number[], x: number, colour: string): void => {
    context.fillStyle = colours.getPropertyValue(colour);
    for (const place of places) context.fillRect(x, place * (height - MARK_PX), half - 1, MARK_PX);
  };
  draw(hits, half, "--link");
  const places = failing.map((line) => line / Math.max(1, total));
  draw(places, 0, "--bad");
}
