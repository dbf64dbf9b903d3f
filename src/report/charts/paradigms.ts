/** The two routes from one fine-tuned model to one model of all domains, as a diagram (paper's Figure 1). */
import { DOMAINS } from "../../domains/index.js";
import { figure, type Figure } from "../figure/figure.js";
import { seriesStyle } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK, INK, INNER_WIDTH, inkOn } from "../figure/theme.js";

/** Options of `paradigms`; a cost that is not given is not drawn. */
export interface ParadigmsOptions {
  /** Domains in order, default all. */
  domains?: readonly string[];
  /** Text under the mixed run, such as what it cost. */
  mixedCost?: string;
  /** Text under the experts' runs. */
  expertsCost?: string;
  /** Text under the merge. */
  mergeCost?: string;
  title?: string;
  caption?: string;
}

interface Box {
  x1: number;
  x2: number;
  y1: number;
  y2: number;
  /** Lines are separated by "\n". */
  text: string;
  fill: string;
  fontSize?: number;
}

interface Arrow {
  from: readonly [number, number];
  to: readonly [number, number];
}

// Pixels. Columns: start, training, merge, result; the mixed run above, the experts' runs below.
const START = { x1: 1, x2: 75 };
const TRAIN = { x1: 118, x2: 376 };
const MERGE = { x1: 414, x2: 518 };
const RESULT = { x1: 550, x2: INNER_WIDTH - 1 };
const MIXED = { y1: 22, y2: 94 };
const CHIP = { height: 24, gap: 6, space: 4 };
const EXPERTS_TOP = 150;
const MERGE_HEIGHT = 64;

/**
 * Above, one run on all domains at once; below, a run a domain, then one merge of weights or one distillation.
 *
 * @throws RangeError there is no domain
 * @example
 * paradigms({ mixedCost: "10,050.6 GPU hours", expertsCost: "15,778.5 GPU hours" })
 */
export function paradigms({
  domains = DOMAINS,
  mixedCost = "",
  expertsCost = "",
  mergeCost = "",
  title = "Two routes to one model of all domains",
  caption,
}: ParadigmsOptions = {}): Figure {
  if (domains.length === 0)
    throw new RangeError("paradigms: domains must not be empty, got 0");
  const layout = layoutOf(domains);
  const boxes = boxesOf(domains, layout);
  const notes = notesOf(layout, { mixedCost, expertsCost, mergeCost });
  return figure({
    title,
    caption,
    panels: [
      {
        options: {
          height: layout.bottom + 24,
          margin: 0,
          axis: null,
          x: { type: "identity" },
          y: { type: "identity" },
          marks: [
            ...arrowMarks(arrowsOf(layout)),
            ...boxMarks(boxes),
            ...noteMarks(notes),
          ],
        },
      },
    ],
  });
}

/** Heights in pixels at which things stand. */
interface Layout {
  /** Lower end of the experts' runs. */
  bottom: number;
  /** Middles of the mixed run, of the experts' runs, and of both. */
  upper: number;
  lower: number;
  middle: number;
  /** Upper end of each expert's run. */
  runs: number[];
}

function layoutOf(domains: readonly string[]): Layout {
  const step = CHIP.height + CHIP.gap;
  const bottom = EXPERTS_TOP + domains.length * step - CHIP.gap;
  const lower = (EXPERTS_TOP + bottom) / 2;
  const upper = (MIXED.y1 + MIXED.y2) / 2;
  const runs = domains.map((_, i) => EXPERTS_TOP + i * step);
  return { bottom, upper, lower, middle: (upper + lower) / 2, runs };
}

/** Start, mixed run with its domains, experts, merge and both results. */
function boxesOf(domains: readonly string[], layout: Layout): Box[] {
  const { upper, lower, middle, runs } = layout;
  const width =
    (TRAIN.x2 - TRAIN.x1 - CHIP.space * (domains.length + 1)) / domains.length;
  const styles = domains.map((domain) => seriesStyle(domain, domains));
  const result = (y: number, text: string, model: string): Box => ({
    ...RESULT,
    ...around(y, 46),
    text,
    fill: seriesStyle(model).color,
  });
  return [
    {
      ...START,
      ...around(middle, 46),
      text: "SFT\nmodel",
      fill: seriesStyle("sft").color,
    },
    { ...TRAIN, ...MIXED, text: "", fill: "white" },
    ...styles.map(({ label, color }, i): Box => {
      const x1 = TRAIN.x1 + CHIP.space + i * (width + CHIP.space);
      const y1 = MIXED.y2 - CHIP.height - CHIP.space;
      const place = { x1, x2: x1 + width, y1, y2: y1 + CHIP.height };
      return { ...place, fontSize: 11, text: short(label), fill: color };
    }),
    ...styles.map(({ label, color }, i): Box => ({
      ...TRAIN,
      y1: runs[i]!,
      y2: runs[i]! + CHIP.height,
      text: `one run on ${label.toLowerCase()} → expert`,
      fill: color,
    })),
    {
      ...MERGE,
      ...around(lower, MERGE_HEIGHT),
      text: "merge weights\nor distil from\nthe experts",
      fill: "white",
    },
    result(upper, "Mixed\nmodel", "multi"),
    result(lower, "Merged\nmodel", "merged"),
  ];
}

function arrowsOf({ upper, lower, middle, runs }: Layout): Arrow[] {
  return [
    { from: [START.x2, middle - 10], to: [TRAIN.x1, upper] },
    { from: [TRAIN.x2, upper], to: [RESULT.x1, upper] },
    ...runs.flatMap((top): Arrow[] => {
      const y = top + CHIP.height / 2;
      return [
        { from: [START.x2, middle + 10], to: [TRAIN.x1, y] },
        { from: [TRAIN.x2, y], to: [MERGE.x1, lower + (y - lower) * 0.35] },
      ];
    }),
    { from: [MERGE.x2, lower], to: [RESULT.x1, lower] },
  ];
}

/** A line of text beside the boxes. */
interface Note {
  x: number;
  y: number;
  text: string;
  bold?: boolean;
}

function notesOf(
  { bottom, lower }: Layout,
  costs: Required<
    Pick<ParadigmsOptions, "mixedCost" | "expertsCost" | "mergeCost">
  >,
): Note[] {
  const x = (TRAIN.x1 + TRAIN.x2) / 2;
  const notes: Note[] = [
    { x, y: 12, text: "Mix: one run on all domains", bold: true },
    { x, y: 46, text: "every batch holds tasks of all of them" },
    { x, y: MIXED.y2 + 12, text: costs.mixedCost },
    {
      x,
      y: EXPERTS_TOP - 12,
      text: "Merge: one run per domain, then one merge",
      bold: true,
    },
    { x, y: bottom + 12, text: costs.expertsCost },
    {
      x: (MERGE.x1 + MERGE.x2) / 2,
      y: lower + MERGE_HEIGHT / 2 + 12,
      text: costs.mergeCost,
    },
  ];
  return notes.filter(({ text }) => text !== "");
}

function arrowMarks(arrows: readonly Arrow[]): Markish[] {
  return [
    Plot.arrow(arrows, {
      x1: ({ from }: Arrow) => from[0],
      y1: ({ from }: Arrow) => from[1],
      x2: ({ to }: Arrow) => to[0],
      y2: ({ to }: Arrow) => to[1],
      stroke: FAINT_INK,
      strokeWidth: 1.4,
      headLength: 6,
      insetEnd: 4,
    }),
  ];
}

function boxMarks(boxes: readonly Box[]): Markish[] {
  return [
    Plot.rect(boxes, {
      x1: "x1",
      x2: "x2",
      y1: "y1",
      y2: "y2",
      fill: "fill",
      stroke: (box: Box) => (box.fill === "white" ? INK : box.fill),
      rx: 4,
    }),
    ...boxes.map((box) =>
      Plot.text([box.text], {
        x: () => (box.x1 + box.x2) / 2,
        y: () => (box.y1 + box.y2) / 2,
        text: (text: string) => text,
        fill: inkOn(box.fill),
        ...(box.fontSize === undefined ? {} : { fontSize: box.fontSize }),
      }),
    ),
  ];
}

function noteMarks(notes: readonly Note[]): Markish[] {
  return notes.map(({ x, y, text, bold }) =>
    Plot.text([text], {
      x: () => x,
      y: () => y,
      text: (line: string) => line,
      fontWeight: bold ? "bold" : "normal",
      fill: bold ? INK : FAINT_INK,
    }),
  );
}

function around(middle: number, height: number): { y1: number; y2: number } {
  return { y1: middle - height / 2, y2: middle + height / 2 };
}

/** A name that fits a chip of the mixed batch. */
function short(label: string): string {
  return label.length > 7 ? `${label.slice(0, 5)}.` : label;
}
