/**
 * Returns the colour of the text after a colour code.
 *
 * @param before - the colour before the code, from 0 to 15; null for plain text.
 * @param parameters - the parameters of the code, such as `1;31` or `38;5;208`. Backgrounds and styles are ignored, except bold, which
 *   turns the eight darker colours into the brighter ones, as in most terminals.
 */
export function colourAfter(before: number | null, parameters: string): number | null {
  let colour = before;
  // Some programs separate the parts of a colour with colons.
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let isBold = false;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) isBold = false;
    if (code === 0 || code === 39) colour = null;
    if (code === 1) isBold = true;
    if (code >= 30 && code <= 37) colour = code - 30;
    if (code >= 90 && code <= 97) colour = code - 90 + 8;
    if (code !== 38 && code !== 48) continue;
    const { value, used } = extendedColour(codes, at + 1);
    if (code === 38 && value !== null) colour = value;
    at += used;
  }
  return isBold && colour !== null && colour < 8 ? colour + 8 : colour;
}

/** Reads one of 256 colours (`5;N`) or of 16 million (`2;R;G;B`). */
function extendedColour(codes: readonly number[], at: number): { value: number | null; used: number } {
  const [kind, one = 0, two = 0, three = 0] = codes.slice(at, at + 4);
  if (kind === 5) return { value: nearestOf256(one), used: 2 };
  if (kind === 2) return { value: nearest(one, two, three), used: 4 };
  return { value: null, used: 0 };
}

function nearestOf256(index: number): number | null {
  if (index < 0 || index > 255) return null;
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return nearest(grey, grey, grey);
  }
  const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** The sixteen colours, as most terminals show them. */
const palette: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

function nearest(red: number, green: number, blue: number): number {
  const distances = palette.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
  return distances.indexOf(Math.min(...distances));
}
