/** One look for every figure: sizes, fonts, and a fixed colour, dash and marker for each thing that is drawn. */

/** How one series is drawn. Lightness, dash and marker all differ, so that a grey print stays legible. */
export interface SeriesStyle {
  /** Text in legends. */
  label: string;
  /** CSS colour. */
  color: string;
  /** SVG `stroke-dasharray`; "none" is a solid line. */
  dash: string;
  /** Marker, by its name in d3-shape. */
  symbol:
    "circle" | "square" | "triangle" | "diamond" | "star" | "cross" | "wye";
}

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

const KNOWN: Readonly<Record<string, SeriesStyle>> = {
  math: { label: "Math", color: "#1f3f94", dash: "none", symbol: "circle" },
  coding: { label: "Coding", color: "#b8420f", dash: "7 3", symbol: "square" },
  science: {
    label: "Science",
    color: "#1a9060",
    dash: "2 2.5",
    symbol: "triangle",
  },
  instruction: {
    label: "Instruction",
    color: "#c57ccb",
    dash: "9 3 2 3",
    symbol: "diamond",
  },
  agent: { label: "Agent", color: "#e3b21c", dash: "4 2", symbol: "star" },
  multi: { label: "Mixed", color: "#111111", dash: "none", symbol: "cross" },
  merged: { label: "Merged", color: "#c2185b", dash: "none", symbol: "wye" },
  sft: { label: "SFT", color: "#7d8590", dash: "1 3", symbol: "circle" },
  base: { label: "Base", color: "#b6bdc6", dash: "1 3", symbol: "square" },
  average: {
    label: "Average",
    color: "#5a8f29",
    dash: "2 2.5",
    symbol: "square",
  },
  taskArithmetic: {
    label: "Task arithmetic",
    color: "#0f7c91",
    dash: "7 3",
    symbol: "triangle",
  },
  ties: { label: "TIES", color: "#c2185b", dash: "none", symbol: "wye" },
  dareTies: {
    label: "TIES + DARE",
    color: "#e58ab0",
    dash: "4 2",
    symbol: "diamond",
  },
  dareTaskArithmetic: {
    label: "TA + DARE",
    color: "#6fb7c4",
    dash: "9 3 2 3",
    symbol: "star",
  },
  sce: { label: "SCE", color: "#6b3fa0", dash: "2 2.5", symbol: "circle" },
  opd: { label: "MT-OPD", color: "#4d9de0", dash: "9 3 2 3", symbol: "square" },
  rl: { label: "RL", color: "#1b3a5c", dash: "none", symbol: "circle" },
  positive: {
    label: "RL, positive only",
    color: "#5a9bd4",
    dash: "7 3",
    symbol: "square",
  },
  rollouts: {
    label: "SFT, own answers",
    color: "#e0a030",
    dash: "2 2.5",
    symbol: "triangle",
  },
  demonstrations: {
    label: "SFT, demonstrations",
    color: "#a23b2a",
    dash: "9 3 2 3",
    symbol: "diamond",
  },
};

const SPARE: readonly SeriesStyle[] = [
  { label: "", color: "#8a5a2b", dash: "none", symbol: "circle" },
  { label: "", color: "#3f7f5f", dash: "7 3", symbol: "square" },
  { label: "", color: "#9a8fbf", dash: "2 2.5", symbol: "triangle" },
  { label: "", color: "#c9a66b", dash: "4 2", symbol: "diamond" },
];

/**
 * The style of a domain, model or merge method. A domain and its expert share one style in every figure.
 * A name that the theme does not know gets a spare style by its place among `names`, and itself as label.
 *
 * @param name   for example "math", "multi", "ties"
 * @param names  all names of the figure, so that two unknown ones differ
 * @example
 * seriesStyle("science").color // "#1a9060"
 */
export function seriesStyle(
  name: string,
  names: readonly string[] = [],
): SeriesStyle {
  const known = KNOWN[name];
  if (known !== undefined) return known;
  const unknown = names.filter((other) => !(other in KNOWN));
  const place = Math.max(unknown.indexOf(name), 0);
  return { ...SPARE[place % SPARE.length]!, label: name };
}

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
