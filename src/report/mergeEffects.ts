/** What merge methods do to the task vectors that they are given. */
import { figure, type Figure, type Panel } from "./figure.js";
import { seriesStyle } from "./models.js";
import { Plot, type Markish, type ScaleOptions } from "./plot.js";
import { FAINT_INK, INK, inkOn } from "./theme.js";
import { mean } from "../stats/index.js";

/** A method on the experts of one seed. */
export interface MergeEffectRow {
  /** Name that fixes colour and marker. */
  method: string;
  /** Text on the axis. */
  label: string;
  seed: number;
  /** Shares of the experts' movement: in the direction of the merge, against it, and where the merge stays. */
  carried: number;
  overruled: number;
  dropped: number;
  /** ‖Δ‖ in units of the experts' mean ‖τ‖. */
  length: number;
  /** Cosine of Δ and the sum of the task vectors. */
  cosine: number;
  /** Share of each expert's step that the merge takes, by domain. */
  taken: Readonly<Record<string, number>>;
}

/** Options of `mergeEffects`. */
export interface MergeEffectsOptions {
  title?: string;
  caption?: string;
}

const PARTS = [
  { part: "carried", color: "#3b4654" },
  { part: "overruled", color: "#a3adb8" },
  { part: "dropped", color: "#e9ecef" },
] as const;

const ROW = 19;

/**
 * Four panels with a line a method: where the experts' movement went (bars, mean over seeds), how long the merged change is and how
 * close to the sum of the task vectors (a dot a seed), and how much of each expert's own step it takes (a marker a domain, mean over
 * seeds).
 *
 * @throws RangeError there is no row
 * @example
 * mergeEffects([{ method: "average", label: "Average", seed: 1, carried: 0.8, overruled: 0.2, dropped: 0, length: 0.6, cosine: 1, taken: { math: 0.3 } }])
 */
export function mergeEffects(
  rows: readonly MergeEffectRow[],
  {
    title = "What a merge does to task vectors",
    caption,
  }: MergeEffectsOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("mergeEffects: rows must not be empty, got 0 rows");
  const labels = [...new Set(rows.map(({ label }) => label))];
  const methods = [...new Set(rows.map(({ method }) => method))];
  const domains = [...new Set(rows.flatMap(({ taken }) => Object.keys(taken)))];
  const meanOf = (label: string, of: (row: MergeEffectRow) => number): number =>
    mean(rows.filter((row) => row.label === label).map(of));
  const panel = (text: string, x: ScaleOptions, marks: Markish[]): Panel => ({
    title: text,
    options: {
      height: 48 + ROW * labels.length,
      marginLeft: 74,
      marginRight: 14,
      marginTop: 6,
      marginBottom: 42,
      x: {
        grid: true,
        ticks: 5,
        labelAnchor: "center",
        labelArrow: "none",
        ...x,
      },
      y: {
        type: "band",
        domain: labels,
        label: null,
        tickSize: 0,
        padding: 0.18,
      },
      symbol: { type: "identity" },
      marks,
    },
  });
  const seeds = (key: "length" | "cosine"): Markish[] =>
    rows.map((row) => {
      const { symbol, color } = seriesStyle(row.method, methods);
      return Plot.dot([row], { x: key, y: "label", symbol, fill: color, r: 4 });
    });
  const bars = labels.flatMap((label) => {
    let start = 0;
    return PARTS.map(({ part, color }) => {
      const share = 100 * meanOf(label, (row) => row[part]);
      const bar = { label, color, share, start, end: start + share };
      start += share;
      return bar;
    });
  });
  type Bar = (typeof bars)[number];
  const largest = Math.max(
    1,
    ...rows.flatMap(({ taken }) => Object.values(taken)),
  );
  return figure({
    title,
    caption,
    columns: 2,
    legend: domains.map((domain) => seriesStyle(domain)),
    panels: [
      panel(
        "(a) carried, overruled, dropped",
        { domain: [0, 100], label: "share of the experts' movement (%)" },
        [
          Plot.barX(bars, {
            x1: "start",
            x2: "end",
            y: "label",
            fill: "color",
          }),
          Plot.text(
            bars.filter(({ share }) => share >= 8),
            {
              x: ({ start, end }: Bar) => (start + end) / 2,
              y: "label",
              text: ({ share }: Bar) => share.toFixed(0),
              fill: ({ color }: Bar) => inkOn(color),
            },
          ),
        ],
      ),
      panel(
        "(b) length of the merged change",
        {
          domain: [0, Math.ceil(Math.max(...rows.map((row) => row.length)))],
          label: "‖Δ‖ / mean ‖τ‖",
        },
        [
          Plot.ruleX([1], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
          ...seeds("length"),
        ],
      ),
      panel(
        "(c) direction",
        {
          domain: [0, 1],
          label: "cosine of Δ and the sum of the task vectors",
        },
        seeds("cosine"),
      ),
      panel(
        "(d) share of each expert's step",
        { domain: [0, Math.ceil(largest)], label: "⟨Δ, τ⟩ / ‖τ‖²" },
        [
          Plot.ruleX([1], { stroke: FAINT_INK, strokeDasharray: "3 3" }),
          ...domains.flatMap((domain) =>
            labels.map((label) => {
              const { symbol, color } = seriesStyle(domain);
              const share = meanOf(label, ({ taken }) => taken[domain]!);
              return Plot.dot([{ share, label }], {
                x: "share",
                y: "label",
                symbol,
                fill: color,
                stroke: INK,
                strokeWidth: 0.4,
                r: 4,
              });
            }),
          ),
        ],
      ),
    ],
  });
}
