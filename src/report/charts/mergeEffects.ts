/** What merge methods do to the task vectors that they are given. */
import { figure, type Figure, type Panel } from "../figure/figure.js";
import { axis, distinct } from "../figure/grid.js";
import { seriesStyle } from "../models.js";
import { Plot, type Markish, type ScaleOptions } from "../figure/plot.js";
import { FAINT_INK, INK, inkOn } from "../figure/theme.js";
import { mean } from "../../stats/index.js";

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
  const labels = distinct(rows, ({ label }) => label);
  const domains = [...new Set(rows.flatMap(({ taken }) => Object.keys(taken)))];
  const largest = Math.max(
    1,
    ...rows.flatMap(({ taken }) => Object.values(taken)),
  );
  const panel = (
    text: string,
    x: ScaleOptions,
    marks: readonly Markish[],
  ): Panel => panelOf(text, labels, x, marks);
  return figure({
    title,
    caption,
    columns: 2,
    legend: domains.map((domain) => seriesStyle(domain)),
    panels: [
      panel(
        "(a) carried, overruled, dropped",
        { domain: [0, 100], label: "share of the experts' movement (%)" },
        shareBars(rows, labels),
      ),
      panel(
        "(b) length of the merged change",
        {
          domain: [0, Math.ceil(Math.max(...rows.map((row) => row.length)))],
          label: "‖Δ‖ / mean ‖τ‖",
        },
        [atOne(), ...seedDots(rows, "length")],
      ),
      panel(
        "(c) direction",
        {
          domain: [0, 1],
          label: "cosine of Δ and the sum of the task vectors",
        },
        seedDots(rows, "cosine"),
      ),
      panel(
        "(d) share of each expert's step",
        { domain: [0, Math.ceil(largest)], label: "⟨Δ, τ⟩ / ‖τ‖²" },
        [atOne(), ...takenDots(rows, labels, domains)],
      ),
    ],
  });
}

function atOne(): Markish {
  return Plot.ruleX([1], { stroke: FAINT_INK, strokeDasharray: "3 3" });
}

function panelOf(
  title: string,
  labels: readonly string[],
  x: ScaleOptions,
  marks: readonly Markish[],
): Panel {
  return {
    title,
    options: {
      height: 48 + ROW * labels.length,
      marginLeft: 74,
      marginRight: 14,
      marginTop: 6,
      marginBottom: 42,
      x: axis(x.label, { grid: true, ticks: 5, ...x }),
      y: {
        type: "band",
        domain: labels,
        label: null,
        tickSize: 0,
        padding: 0.18,
      },
      symbol: { type: "identity" },
      marks: [...marks],
    },
  };
}

function meanOf(
  rows: readonly MergeEffectRow[],
  label: string,
  of: (row: MergeEffectRow) => number,
): number {
  return mean(rows.filter((row) => row.label === label).map(of));
}

/** A share of the experts' movement: one part of a bar. */
interface Bar {
  label: string;
  color: string;
  share: number;
  start: number;
  end: number;
}

function shareBars(
  rows: readonly MergeEffectRow[],
  labels: readonly string[],
): Markish[] {
  const bars = labels.flatMap((label) => {
    let start = 0;
    return PARTS.map(({ part, color }): Bar => {
      const share = 100 * meanOf(rows, label, (row) => row[part]);
      const bar = { label, color, share, start, end: start + share };
      start += share;
      return bar;
    });
  });
  return [
    Plot.barX(bars, { x1: "start", x2: "end", y: "label", fill: "color" }),
    Plot.text(
      bars.filter(({ share }) => share >= 8),
      {
        x: ({ start, end }: Bar) => (start + end) / 2,
        y: "label",
        text: ({ share }: Bar) => share.toFixed(0),
        fill: ({ color }: Bar) => inkOn(color),
      },
    ),
  ];
}

function seedDots(
  rows: readonly MergeEffectRow[],
  x: "length" | "cosine",
): Markish[] {
  const methods = distinct(rows, ({ method }) => method);
  return rows.map((row) => {
    const { symbol, color } = seriesStyle(row.method, methods);
    return Plot.dot([row], { x, y: "label", symbol, fill: color, r: 4 });
  });
}

function takenDots(
  rows: readonly MergeEffectRow[],
  labels: readonly string[],
  domains: readonly string[],
): Markish[] {
  return domains.flatMap((domain) =>
    labels.map((label) => {
      const { symbol, color } = seriesStyle(domain);
      const share = meanOf(rows, label, ({ taken }) => taken[domain]!);
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
  );
}
