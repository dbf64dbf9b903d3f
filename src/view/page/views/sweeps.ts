/** How merges depend on their numbers: λ, density, step, learning rate. One stands along the axis, sliders hold the others. */
import {
  dot,
  gridY,
  line,
  link,
  type Markish,
  pointerX,
  tip,
} from "@observablehq/plot";
import type { App } from "../app.js";
import { h, replace, select, slider } from "../dom.js";
import { digits, fixed } from "../format.js";
import { chart, legend, onPage, widthIn } from "../plots.js";
import { numberCell, table, textCell } from "../table.js";

/** One merge of a sweep: its method, its numbers and its score. */
export interface SweepRow {
  method: string;
  score: number;
  low: number;
  high: number;
  [parameter: string]: number | string | null;
}

const PARAMETERS = ["lambda", "density", "step", "learningRate"] as const;
const LABELS: Readonly<Record<string, string>> = {
  lambda: "λ",
  density: "density",
  step: "step",
  learningRate: "learning rate",
};

/** The numbers of a sweep that take several values, each with its values. */
export function parametersOf(rows: readonly SweepRow[]): Map<string, number[]> {
  const found = PARAMETERS.map((name) => {
    const values = rows
      .map((row) => row[name])
      .filter((value): value is number => typeof value === "number");
    return [name, [...new Set(values)].sort((a, b) => a - b)] as const;
  });
  return new Map(found.filter(([, values]) => values.length > 1));
}

/** One merge in the plot. */
interface Point {
  x: number;
  label: string;
  color: string;
  row: SweepRow;
}

/** The part of the page. */
export class Sweeps {
  readonly element: HTMLElement = h("section", { class: "sweeps" });
  private rows: SweepRow[] = [];
  private readonly held = new Map<string, number>();
  private readonly controls = h("div", { class: "controls" });
  private readonly output = h("div", {});
  private axis = "";

  constructor(private readonly app: App) {}

  /** Draw what the study has; nothing where it sweeps nothing. */
  async draw(): Promise<void> {
    const rows = (await this.app.source.rows<SweepRow>("mergeSize")) ?? [];
    const isNew = rows.length !== this.rows.length;
    this.rows = rows;
    const all = parametersOf(rows);
    if (all.size === 0) {
      replace(this.element);
      return;
    }
    if (!all.has(this.axis)) this.axis = [...all.keys()][0]!;
    if (isNew || this.element.childElementCount === 0) {
      for (const [name, values] of all) this.held.set(name, values.length - 1);
      replace(
        this.element,
        h("h2", {}, "Scale sweeps"),
        h(
          "p",
          { class: "note" },
          "Average score of merges by their scale; methods without a scale are dots at its right end. 95 % intervals.",
        ),
        this.controls,
        this.output,
      );
      this.drawControls(all);
    }
    this.drawPlot(all);
  }

  private drawControls(all: ReadonlyMap<string, number[]>): void {
    replace(
      this.controls,
      select(
        "Along",
        [...all.keys()].map((value) => ({ value, label: LABELS[value]! })),
        this.axis,
        (value) => {
          this.axis = value;
          this.drawControls(all);
          this.drawPlot(all);
        },
      ),
      ...[...all]
        .filter(([name]) => name !== this.axis)
        .map(([name, values]) =>
          slider(LABELS[name]!, values, this.held.get(name)!, (index) => {
            this.held.set(name, index);
            this.drawPlot(all);
          }),
        ),
    );
  }

  /** Rows at the held numbers; one that lacks a held number fits every value of it. */
  private shown(all: ReadonlyMap<string, number[]>): Point[] {
    const { models } = this.app.study;
    const values = all.get(this.axis)!;
    return this.rows
      .filter((row) =>
        [...all].every(
          ([name, own]) =>
            name === this.axis ||
            row[name] === null ||
            row[name] === own[this.held.get(name)!],
        ),
      )
      .map((row) => {
        const own = models.find(({ name }) => name === row.method);
        return {
          x: (row[this.axis] as number | null) ?? values.at(-1)!,
          label: own?.label ?? row.method,
          color: onPage(own?.color ?? "#7d8590"),
          row,
        };
      });
  }

  private drawPlot(all: ReadonlyMap<string, number[]>): void {
    const points = this.shown(all);
    const methods = [...new Set(points.map(({ label }) => label))];
    if (points.length === 0) {
      replace(
        this.output,
        h("p", { class: "empty" }, "No merge has these numbers together."),
      );
      return;
    }
    const scores = this.rows.flatMap(({ low, high }) => [low, high]);
    replace(
      this.output,
      sweepPlot(points, {
        axis: LABELS[this.axis]!,
        // The same for every place of a slider, so that moving one shows what it changes.
        domain: [Math.min(...scores), Math.max(...scores)],
        width: widthIn(this.output, 900),
      }),
      legend(
        methods.map((label) => points.find((point) => point.label === label)!),
      ),
      h(
        "details",
        {},
        h("summary", {}, "Numbers"),
        sweepTable(points, [...all.keys()]),
      ),
    );
  }
}

function sweepPlot(
  points: readonly Point[],
  options: { axis: string; domain: [number, number]; width: number },
): HTMLElement {
  const { axis, domain, width } = options;
  const methods = [...new Set(points.map(({ label }) => label))];
  const score = ({ row }: Point): number => row.score;
  const tipText = ({ label, x, row }: Point): string =>
    `${label}, ${axis} ${digits(x)}\n${fixed(row.score)} [${fixed(row.low)} … ${fixed(row.high)}] points`;
  const ofMethod = (label: string): Markish =>
    line(
      points.filter((point) => point.label === label),
      { x: "x", y: score, stroke: "color", strokeWidth: 1.8, sort: "x" },
    );
  return chart(`Average score of ${methods.join(", ")} along ${axis}`, {
    width,
    height: Math.min(360, Math.max(250, width * 0.45)),
    marginLeft: 44,
    marginBottom: 38,
    x: { label: axis, nice: true, ticks: 6 },
    y: { label: "average, points", domain, nice: true },
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      link(points, {
        x1: "x",
        x2: "x",
        y1: ({ row }: Point) => row.low,
        y2: ({ row }: Point) => row.high,
        stroke: "color",
        strokeOpacity: 0.5,
      }),
      ...methods.map(ofMethod),
      dot(points, { x: "x", y: score, fill: "color", r: 3.5 }),
      tip(points, pointerX({ x: "x", y: score, title: tipText })),
    ],
    color: { type: "identity" },
  });
}

function sweepTable(
  points: readonly Point[],
  parameters: readonly string[],
): HTMLElement {
  const number = (value: unknown): number | null =>
    typeof value === "number" ? value : null;
  return table({
    caption: "Merges that are shown",
    columns: [
      { key: "method", label: "Method" },
      ...parameters.map((key) => ({
        ...{ key, label: LABELS[key]!, isNumber: true },
      })),
      { key: "score", label: "Average", isNumber: true },
      { key: "interval", label: "95 % interval" },
    ],
    rows: points.map(({ label, row }, i) => ({
      key: String(i),
      cells: [
        textCell(label),
        ...parameters.map((key) =>
          numberCell(number(row[key]), digits(number(row[key]))),
        ),
        numberCell(row.score, fixed(row.score)),
        textCell(`${fixed(row.low)} … ${fixed(row.high)}`),
      ],
    })),
  });
}
