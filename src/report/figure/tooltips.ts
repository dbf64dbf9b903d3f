/** Tooltips of a figure: every dot, cell and bar says the row that it was drawn from, as an SVG `<title>`. */
import type { Markish } from "@observablehq/plot";

/** Marks that stand for one row each; lines, rules and texts do not. */
const ROW_MARKS = ["dot", "cell", "bar"];

/** The part of a mark of Plot that a tooltip needs. */
interface PlotMark {
  ariaLabel?: string;
  channels?: Record<string, object>;
}

/**
 * The fields of a row, a line each: texts and numbers, these to four significant digits. An estimate is its mean and interval.
 *
 * @example
 * describeRow({ model: "ties", score: 66.6667 }) // "model: ties\nscore: 66.67"
 */
export function describeRow(row: unknown): string {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "";
  return Object.entries(row)
    .flatMap(([name, value]) => {
      const text = describeValue(value);
      return text === "" ? [] : [`${name}: ${text}`];
    })
    .join("\n");
}

function describeValue(value: unknown): string {
  // Colours are for the eye alone.
  if (typeof value === "string") return value.startsWith("#") ? "" : value;
  if (typeof value === "number")
    return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "";
  const { mean, low, high } = (value ?? {}) as Record<string, unknown>;
  if (typeof mean !== "number") return "";
  const ends =
    typeof low === "number" && typeof high === "number"
      ? ` [${describeValue(low)}, ${describeValue(high)}]`
      : "";
  return describeValue(mean) + ends;
}

/**
 * Give the marks of a panel their tooltips; a mark that has its own keeps it.
 *
 * @param marks  marks of one panel; those that stand for rows gain a channel
 */
export function addTooltips(marks: readonly Markish[]): void {
  for (const mark of (
    marks as readonly unknown[]
  ).flat() as (PlotMark | null)[]) {
    const { ariaLabel, channels } = mark ?? {};
    if (channels === undefined || !ROW_MARKS.includes(ariaLabel ?? ""))
      continue;
    if ("title" in channels) continue;
    mark!.channels = {
      ...channels,
      title: { value: describeRow, optional: true, filter: null },
    };
  }
}
