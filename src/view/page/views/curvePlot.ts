/** The plot of training curves, and its numbers as a table. */
import {
  dot,
  gridY,
  line,
  type Markish,
  pointerX,
  tip,
} from "@observablehq/plot";
import { count, digits, seconds } from "../format.js";
import { chart, type LegendEntry } from "../plots.js";
import { numberCell, table, textCell } from "../table.js";

/** What may stand along the axis. */
export const AXES = {
  step: "steps",
  flops: "FLOPs",
  seconds: "seconds",
} as const;

/** One of `AXES`. */
export type Axis = keyof typeof AXES;

/** One line of the plot. */
export interface Series extends LegendEntry {
  points: { x: number; y: number; raw: number; label: string }[];
}

/** What is plotted. */
export interface PlotOf {
  /** Name of the number. */
  title: string;
  axis: Axis;
  /** Steps over which each point is a mean. */
  width: number;
}

/** So many lines may have their unsmoothed values behind them. */
const MOST_RAW = 12;

function unit(value: number, axis: Axis): string {
  if (axis === "step") return String(Math.round(value));
  return axis === "flops" ? count(value) : seconds(value);
}

function lines(series: readonly Series[], width: number): Markish[] {
  const raw = width > 1 && series.length <= MOST_RAW ? series : [];
  const alone = series.filter(({ points }) => points.length === 1);
  return [
    ...raw.map(({ points, color }) =>
      line(points, {
        ...{ x: "x", y: "raw", stroke: color },
        ...{ strokeOpacity: 0.2, strokeWidth: 1 },
      }),
    ),
    ...series.map(({ points, color, dash = "none" }) =>
      line(points, {
        ...{ x: "x", y: "y", stroke: color },
        ...{ strokeDasharray: dash, strokeWidth: 1.8 },
      }),
    ),
    ...alone.map(({ points, color }) =>
      dot(points, { x: "x", y: "y", fill: color, r: 3 }),
    ),
  ];
}

/** The plot. */
export function curvePlot(
  series: readonly Series[],
  { title, axis, width }: PlotOf,
  pixels: number,
): HTMLElement {
  const all = series.flatMap(({ points }) => points);
  const tipText = ({ label, x, y }: Series["points"][number]): string =>
    `${label}\n${AXES[axis]} ${unit(x, axis)}\n${title} ${digits(y)}`;
  const drawn = chart(
    `${title} along ${AXES[axis]} of ${series.length} runs; their last values are in the table below`,
    {
      width: pixels,
      height: Math.min(420, Math.max(260, pixels * 0.5)),
      marginLeft: 52,
      marginBottom: 38,
      x: {
        label: AXES[axis],
        tickFormat:
          axis === "step" ? undefined : (value: number) => unit(value, axis),
        ticks: 6,
      },
      y: { label: title, nice: true },
      marks: [
        gridY({ strokeOpacity: 0.12 }),
        ...lines(series, width),
        tip(all, pointerX({ x: "x", y: "y", title: tipText })),
      ],
    },
  );
  drawn.dataset["points"] = String(all.length);
  return drawn;
}

/** Last, smallest and largest value of each line. */
export function curveTable(
  series: readonly Series[],
  title: string,
): HTMLElement {
  const number = (key: string, label: string) => ({
    ...{ key, label, isNumber: true },
  });
  return table({
    caption: `Last values of ${title}`,
    columns: [
      { key: "run", label: "Run" },
      number("points", "Points"),
      number("last", "Last"),
      number("low", "Smallest"),
      number("high", "Largest"),
    ],
    rows: series.map(({ label, points }) => {
      const values = points.map(({ y }) => y);
      const cells = [
        points.length,
        values.at(-1)!,
        Math.min(...values),
        Math.max(...values),
      ];
      return {
        key: label,
        cells: [
          textCell(label),
          ...cells.map((value) => numberCell(value, digits(value))),
        ],
      };
    }),
  });
}

/** Entries of the legend: seeds of one model look alike and have one. */
export function legendOf(series: readonly Series[]): LegendEntry[] {
  const found = new Map<string, LegendEntry>();
  for (const { label, color, dash } of series) {
    const plain = label.replace(/, (?:seed \d+|mean of seeds)/, "");
    found.set(plain, { label: plain, color, dash });
  }
  return [...found.values()];
}
