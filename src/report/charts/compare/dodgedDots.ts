/** Dots with intervals on lines of names, those of several series one above the other on each line. */
import type { Panel } from "../../figure/figure.js";
import { axis, nameAxis, type Place } from "../../figure/grid.js";
import { Plot, type Markish, type ScaleOptions } from "../../figure/plot.js";
import { FAINT_INK } from "../../figure/theme.js";
import type { SeriesStyle } from "../../models.js";

/** One dot. */
export interface DodgedDot {
  /** Name of the line. */
  label: string;
  /** Label of its series. */
  series: string;
  value: number;
  low: number;
  high: number;
}

/** How a panel of dots is drawn. */
export interface DodgedOptions {
  title: string;
  /** Text of the horizontal axis. */
  x: string;
  scale: ScaleOptions;
  /** All lines, so that panels share them. */
  labels: readonly string[];
  /** All series, by their labels. */
  series: readonly SeriesStyle[];
  /** A dashed upright; null: none. */
  reference: number | null;
  place: Place;
}

/** Pixels of a line of names, and between the dots on it. */
const LINE = 24;
const APART = 9;

/** One panel. */
export function dodgedDots(
  rows: readonly DodgedDot[],
  { title, x, scale, labels, series, reference, place }: DodgedOptions,
): Panel {
  const marks = series.flatMap(({ label, color, symbol }, i): Markish[] => {
    const own = rows.filter((row) => row.series === label);
    const dy = (i - (series.length - 1) / 2) * APART;
    return [
      Plot.ruleY(own, {
        ...{ y: "label", x1: "low", x2: "high", dy },
        ...{ stroke: color, strokeWidth: 1.8 },
      }),
      Plot.dot(own, {
        ...{ x: "value", y: "label", dy, symbol, fill: color, r: 3.4 },
      }),
    ];
  });
  return {
    title,
    options: {
      height: 46 + labels.length * LINE,
      marginLeft: place.marginLeft,
      marginRight: 12,
      marginTop: 6,
      marginBottom: 38,
      x: axis(x, { grid: true, ...scale }),
      y: nameAxis(labels, place.first),
      symbol: { type: "identity" },
      marks: [
        Plot.ruleY(labels, { y: (name: string) => name, stroke: "#eceff2" }),
        ...(reference === null
          ? []
          : [
              Plot.ruleX([reference], {
                stroke: FAINT_INK,
                strokeDasharray: "3 3",
              }),
            ]),
        ...marks,
      ],
    },
  };
}
