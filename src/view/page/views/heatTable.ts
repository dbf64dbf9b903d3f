/** A heat map that is a table: every cell has its number, so that it is read without colours too. */
import { h } from "../dom.js";
import { fixed } from "../format.js";
import { isDark } from "../plots.js";

/** One cell. */
export interface HeatCell {
  value: number | null;
}

/** What a heat table holds. */
export interface HeatData {
  caption: string;
  corner: string;
  columns: readonly string[];
  rows: readonly { label: string; cells: readonly HeatCell[] }[];
  /** Whether values lie around 0: then two colours, orange below and blue above. */
  isSigned: boolean;
}

/** Background of a value: blue, or for negative ones orange; both are told apart by every kind of colour vision. */
function colour(
  value: number,
  low: number,
  high: number,
  isSigned: boolean,
): string {
  const most = isSigned ? Math.max(Math.abs(low), Math.abs(high)) : high - low;
  const share = most === 0 ? 0 : isSigned ? value / most : (value - low) / most;
  const alpha = (isDark() ? 0.65 : 0.5) * Math.abs(share) + 0.03;
  return share < 0
    ? `rgba(213, 94, 0, ${alpha})`
    : `rgba(0, 114, 178, ${alpha})`;
}

/** The table. */
export function heatTable({
  caption,
  corner,
  columns,
  rows,
  isSigned,
}: HeatData): HTMLElement {
  const values = rows.flatMap(({ cells }) =>
    cells.flatMap(({ value }) => (value === null ? [] : [value])),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      { class: "heat" },
      h("caption", { class: "unseen" }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, corner),
          ...columns.map((label) =>
            h("th", { scope: "col", class: "number" }, label),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...rows.map(({ label, cells }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, label),
            ...cells.map(({ value }) => {
              const cell = h("td", { class: "number" }, fixed(value, 3));
              if (value !== null)
                cell.style.backgroundColor = colour(value, low, high, isSigned);
              return cell;
            }),
          ),
        ),
      ),
    ),
  );
}
