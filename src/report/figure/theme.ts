/** One look for every figure: sizes, fonts and inks. */

/** Width of every figure in pixels. */
export const WIDTH = 640;

/** Empty border of every figure in pixels. */
export const PADDING = 8;

/** Pixels between two panels. */
export const GAP = 12;

/** Width that panels of one row share, gaps included, in pixels. */
export const INNER_WIDTH: number = WIDTH - 2 * PADDING;

/** Size of ordinary text in pixels. */
export const FONT_SIZE = 12;

/** Font stack of every figure. */
export const FONT_FAMILY =
  "Helvetica Neue, Helvetica, Arial, DejaVu Sans, sans-serif";

/** Colour of text and axes. */
export const INK = "#24292f";

/** Colour of captions and of what is only a reference. */
export const FAINT_INK = "#636c76";

/**
 * White or ink, whichever stands out on a colour.
 *
 * @param color  "#rrggbb"; a name is taken to be light
 * @example
 * inkOn("#1f3f94") // "white"
 */
export function inkOn(color: string): string {
  const channels = /^#(..)(..)(..)$/.exec(color);
  if (channels === null) return INK;
  const [r, g, b] = channels.slice(1).map((hex) => parseInt(hex, 16));
  // Luma of ITU-R BT.601, 0 to 255.
  return 0.299 * r! + 0.587 * g! + 0.114 * b! < 150 ? "white" : INK;
}

/** Tick label of a count: nothing between two whole numbers. */
export function wholeNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : "";
}
