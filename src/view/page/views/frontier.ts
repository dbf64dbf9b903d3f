/** What each score cost: average against the floating-point operations of everything that a model is made from. */
import {
  dot,
  line,
  link,
  pointer,
  text,
  tip,
  gridX,
  gridY,
  type Markish,
} from "@observablehq/plot";
import type { ScoreTable, StudyInfo } from "../../data/types.js";
import type { App } from "../app.js";
import { h } from "../dom.js";
import { count, fixed } from "../format.js";
import { chart, onPage, widthIn } from "../plots.js";

/** Pixels below which a plot names only the models on its line. */
const NARROW = 500;

/** One model of the plot. */
interface Point {
  label: string;
  flops: number;
  score: number;
  low: number;
  high: number;
  color: string;
}

/** Operations that a model and all that it is made from took; a checkpoint counts with its share of the run's steps. */
export function costOf(
  { models, stages }: Pick<StudyInfo, "models" | "stages">,
  name: string,
): number {
  const shares = new Map<string, number>();
  const visit = (ref: string): void => {
    const [own = "", step] = ref.split("@");
    const model = models.find((each) => each.name === own);
    if (model === undefined || model.by === "base") return;
    const share =
      step === undefined || model.steps === null
        ? 1
        : Math.min(1, Number(step) / model.steps);
    if ((shares.get(own) ?? 0) >= share) return;
    shares.set(own, share);
    for (const parent of Object.values(model.from).flat()) visit(parent);
  };
  visit(name);
  return [...shares].reduce((sum, [own, share]) => {
    const done = stages.filter(
      ({ id, note }) => id.endsWith(`/models/${own}`) && note !== null,
    );
    const mean =
      done.reduce((total, { note }) => total + note!.flops, 0) /
      Math.max(1, done.length);
    return sum + share * mean;
  }, 0);
}

/** Points of the frontier: each scores more than all that cost less. */
function frontierOf<Own extends { flops: number; score: number }>(
  points: readonly Own[],
): Own[] {
  let best = -Infinity;
  return [...points]
    .sort((a, b) => a.flops - b.flops || b.score - a.score)
    .filter(({ score }) => {
      if (score <= best) return false;
      best = score;
      return true;
    });
}

/** Where labels stand beside their dots: those of dots that cost about as much are moved apart, in pixels. */
function placeLabels(
  points: readonly Point[],
  perPoint: number,
): (Point & { shift: number })[] {
  const placed: { at: number; flops: number }[] = [];
  return [...points]
    .sort((a, b) => b.score - a.score)
    .map((point) => {
      const close = placed.filter(
        ({ flops }) => Math.abs(Math.log(flops / point.flops)) < 0.25,
      );
      const own = -point.score * perPoint;
      const at = close.reduce((low, each) => Math.max(low, each.at + 13), own);
      placed.push({ at, flops: point.flops });
      return { ...point, shift: at - own };
    });
}

/** The plot; null where fewer than two models have a cost and an average. */
export function frontier(
  app: App,
  { rows }: ScoreTable,
  inside: HTMLElement,
): HTMLElement | null {
  const models = new Map(app.study.models.map((model) => [model.name, model]));
  const points = rows.flatMap(({ model, average }): Point[] => {
    const flops = costOf(app.study, model);
    const own = models.get(model);
    if (average === null || flops === 0 || own === undefined) return [];
    return [
      {
        label: own.label,
        flops,
        score: average.value,
        low: average.low,
        high: average.high,
        color: onPage(own.color),
      },
    ];
  });
  if (points.length < 2) return null;
  return h(
    "section",
    {},
    h("h2", {}, "Compute frontier"),
    h(
      "p",
      { class: "note" },
      "Average score against the floating-point operations of the model and of everything that it is made from: 2 per parameter and token read or sampled, 6 per token trained. The line joins models that score more than all cheaper ones.",
    ),
    frontierChart(points, widthIn(inside, 900)),
  );
}

function frontierChart(points: readonly Point[], width: number): HTMLElement {
  const best = frontierOf(points);
  const height = Math.min(400, Math.max(280, width * 0.5));
  // As the axis is rounded.
  const low = 5 * Math.floor(Math.min(...points.map((each) => each.low)) / 5);
  const high = 5 * Math.ceil(Math.max(...points.map((each) => each.high)) / 5);
  // On a narrow page only those on the line have room for their names.
  const named = width < NARROW ? best : points;
  const labels = placeLabels(named, (height - 60) / (high - low));
  return chart(`Average score against compute of ${points.length} models`, {
    width,
    height,
    marginLeft: 44,
    marginBottom: 38,
    marginRight: 70,
    x: {
      type: "log",
      label: "FLOPs",
      tickFormat: (value: number) => count(value),
      ticks: 4,
    },
    y: { label: "average, points", domain: [low, high] },
    marks: [
      gridX({ strokeOpacity: 0.1 }),
      gridY({ strokeOpacity: 0.1 }),
      line(best, {
        x: "flops",
        y: "score",
        strokeOpacity: 0.5,
        strokeDasharray: "4 3",
        curve: "step-after",
      }),
      link(points, {
        x1: "flops",
        x2: "flops",
        y1: "low",
        y2: "high",
        stroke: "color",
        strokeOpacity: 0.6,
      }),
      dot(points, { x: "flops", y: "score", fill: "color", r: 4 }),
      ...labels.map(labelMark),
      tip(points, pointer({ x: "flops", y: "score", title: tipText })),
    ],
    color: { type: "identity" },
  });
}

function tipText({ label, score, low, high, flops }: Point): string {
  return `${label}\n${fixed(score)} [${fixed(low)} … ${fixed(high)}] points\n${count(flops)} FLOPs`;
}

/** A name beside its dot, with a rim of paper so that lines do not strike it out. */
function labelMark(label: Point & { shift: number }): Markish {
  return text([label], {
    x: "flops",
    y: "score",
    text: "label",
    dx: 8,
    dy: label.shift,
    textAnchor: "start",
    fill: "currentColor",
    stroke: "var(--paper)",
    strokeWidth: 3,
  });
}
