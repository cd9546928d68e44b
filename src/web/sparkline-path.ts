/**
 * Returns the path of a small curve, for the SVG attribute `d`: from left to right, with the largest value at the top and 0 at the bottom.
 *
 * @param values - null where a value is unknown. The curve has a gap there.
 * @param size - the size of the curve, in units of the drawing.
 */
export function sparklinePath(
  values: readonly (number | null)[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let isDrawing = false;
  return values
    .flatMap((value, index) => {
      if (value === null) {
        isDrawing = false;
        return [];
      }
      const y = largest === 0 ? height : height - (value / largest) * height;
      const place = `${rounded(index * step)} ${rounded(y)}`;
      const piece = isDrawing ? `L${place}` : `M${place}`;
      isDrawing = true;
      return [piece];
    })
    .join("");
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
