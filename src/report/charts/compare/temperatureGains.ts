/** Gains over a model at several temperatures: what of them is left when every answer is the most likely one. */
import { figure, type Figure } from "../../figure/figure.js";
import { distinct, panelGrid } from "../../figure/grid.js";
import { modelLabel, type SeriesStyle } from "../../models.js";
import { dodgedDots } from "./dodgedDots.js";

/** A paired difference at one temperature: the fields of a study's rows "differences" that are drawn. */
export interface TemperatureGain {
  /** The model that gains. */
  a: string;
  /** Name of the panel: a benchmark, or the average. */
  title: string;
  /** Sampling temperature; 0 is greedy. */
  temperature?: number;
  /** Points, with the ends of the interval. */
  difference: number;
  low: number;
  high: number;
}

/** Options of `temperatureGains`. */
export interface TemperatureGainsOptions {
  title?: string;
  caption?: string;
  /** Panels in a row, default 3. */
  columns?: number;
}

/** Looks of the temperatures, the lowest first: they differ in shape and in lightness. */
const LOOKS: readonly Omit<SeriesStyle, "label">[] = [
  { color: "#111111", dash: "none", symbol: "diamond" },
  { color: "#d98c3f", dash: "none", symbol: "circle" },
  { color: "#7ba7d6", dash: "none", symbol: "square" },
];

const LABELS = 112;

/**
 * One panel per benchmark and one line per model: for each temperature a dot and its interval, a dashed upright at no gain.
 *
 * @throws RangeError there is no row, a row has no temperature, or there are more than three
 * @example
 * temperatureGains([{ a: "ties", title: "Avg.", temperature: 0, difference: 4.3, low: 1.1, high: 7.5 }])
 */
export function temperatureGains(
  rows: readonly TemperatureGain[],
  {
    title = "Gain over SFT, greedy and sampled",
    caption,
    columns = 3,
  }: TemperatureGainsOptions = {},
): Figure {
  if (rows.length === 0)
    throw new RangeError(
      "temperatureGains: rows must not be empty, got 0 rows",
    );
  const dots = rows.map(({ a, title: panel, temperature, ...rest }) => {
    if (temperature === undefined)
      throw new RangeError(
        `temperatureGains: every row must have a temperature, got none for ${a}`,
      );
    const series = seriesLabel(temperature);
    return {
      ...{ panel, label: modelLabel(a), series, temperature },
      ...{ value: rest.difference, low: rest.low, high: rest.high },
    };
  });
  const temperatures = [
    ...new Set(dots.map(({ temperature }) => temperature)),
  ].sort((one, other) => one - other);
  if (temperatures.length > LOOKS.length)
    throw new RangeError(
      `temperatureGains: rows must have at most ${LOOKS.length} temperatures, got ${temperatures.join(", ")}`,
    );
  const series = temperatures.map((temperature, i): SeriesStyle => ({
    label: seriesLabel(temperature),
    ...LOOKS[i]!,
  }));
  const labels = distinct(dots, ({ label }) => label);
  const ends = dots.flatMap(({ low, high }) => [low, high]);
  const grid = panelGrid(
    distinct(dots, ({ panel }) => panel),
    { columns, labels: LABELS, inset: 12 },
    (panel, place) =>
      dodgedDots(
        dots.filter((dot) => dot.panel === panel),
        {
          ...{ title: panel, labels, series, place, reference: 0 },
          x: "gain (points)",
          scale: {
            domain: [Math.min(0, ...ends), Math.max(0, ...ends)],
            nice: true,
            ticks: 4,
          },
        },
      ),
  );
  return figure({ title, caption, legend: series, ...grid });
}

function seriesLabel(temperature: number): string {
  return temperature === 0 ? "T = 0 (greedy)" : `T = ${temperature}`;
}
