/** What training one domain does to every benchmark: a heat map of gains over SFT. */
import { figure, type Figure } from "../figure/figure.js";
import { seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { INK } from "../figure/theme.js";

/** Gain of one expert on one benchmark. */
export interface GainRow {
  /** Domain that the expert was trained on. */
  expert: string;
  /** Name of the column. */
  benchmark: string;
  /** Domain of the benchmark. */
  domain: string;
  /** Score of the expert − score of SFT, points. */
  gain: number;
  /** Ends of the interval of the gain, points; both or none. */
  low?: number;
  high?: number;
}

/** Options of `crossDomain`. */
export interface CrossDomainOptions {
  title?: string;
  caption?: string;
}

/**
 * One cell an expert and benchmark; framed cells are the expert's own domain, bold numbers have an interval without zero.
 *
 * @throws RangeError there is no row
 * @example
 * crossDomain([{ expert: "math", benchmark: "BFCL v3 → nano", domain: "agent", gain: -9, low: -15, high: -3 }])
 */
export function crossDomain(
  rows: readonly GainRow[],
  { title = "Gain over SFT, points", caption }: CrossDomainOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError("crossDomain: rows must not be empty, got 0 rows");
  const experts = [...new Set(rows.map((row) => row.expert))];
  const benchmarks = [...new Set(rows.map((row) => row.benchmark))];
  const largest = Math.max(...rows.map((row) => Math.abs(row.gain)), 1);
  return figure({
    title,
    caption,
    panels: [
      {
        options: {
          height: 74 + experts.length * 34,
          marginLeft: 78,
          marginTop: 44,
          marginBottom: 6,
          marginRight: 4,
          x: {
            domain: benchmarks,
            axis: "top",
            label: null,
            tickSize: 0,
            padding: 0.04,
          },
          y: {
            domain: experts.map((expert) => seriesStyle(expert, experts).label),
            label: null,
            tickSize: 0,
            padding: 0.06,
          },
          color: {
            type: "diverging",
            scheme: "PuOr",
            domain: [-largest, largest],
            reverse: false,
          },
          marks: marksOf(rows, experts, largest),
        },
      },
    ],
  });
}

/** Shaded cells, frames round the experts' own domains, and the gains as numbers. */
function marksOf(
  rows: readonly GainRow[],
  experts: readonly string[],
  largest: number,
): Markish[] {
  const place = {
    x: "benchmark",
    y: (row: GainRow) => seriesStyle(row.expert, experts).label,
  };
  const sure = ({ low, high }: GainRow): boolean =>
    low !== undefined && high !== undefined && (low > 0 || high < 0);
  const number = (row: GainRow): string =>
    `${row.gain < 0 ? "−" : "+"}${Math.abs(row.gain).toFixed(1)}`;
  const fill = (row: GainRow): string =>
    Math.abs(row.gain) > 0.7 * largest ? "white" : INK;
  return [
    Plot.cell(rows, { ...place, fill: "gain", inset: 1 }),
    Plot.cell(
      rows.filter((row) => row.domain === row.expert),
      { ...place, stroke: INK, strokeWidth: 2, fill: "none", inset: 1 },
    ),
    Plot.text(rows.filter(sure), {
      ...place,
      text: number,
      fill,
      fontWeight: "bold",
    }),
    Plot.text(
      rows.filter((row) => !sure(row)),
      { ...place, text: number, fill },
    ),
  ];
}
