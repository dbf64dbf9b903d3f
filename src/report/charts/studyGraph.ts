/** The graph of a study: which model is made from which, by what. */
import { figure, type Figure } from "../figure/figure.js";
import { modelLabel } from "../models.js";
import { Plot, type Markish } from "../figure/plot.js";
import { FAINT_INK, INK, INNER_WIDTH } from "../figure/theme.js";

/** One model: the fields of `study.describePlan` that are drawn. */
export interface GraphModel {
  name: string;
  /** Entry of the study file; models of one entry are drawn as one box. */
  list: string;
  /** Operation that makes it. */
  by: string;
  /** References of its parents, such as "sft" or "math@20", by what they are to it. */
  from: Readonly<Record<string, readonly string[]>>;
}

/** Options of `studyGraph`. */
export interface StudyGraphOptions {
  title?: string;
  caption?: string;
}

/** One box of the graph. */
interface Box {
  name: string;
  label: string;
  by: string;
  parents: string[];
  /** Longest way from the base model. */
  depth: number;
  /** Place in its row, from the left. */
  place: number;
}

const ROW = 62;
const BOX = { width: 92, height: 30 };
const ACROSS = 6;

/**
 * Boxes from top to bottom in the order of the making, one per entry of the study file, with a line to each parent.
 *
 * @throws RangeError there is no model
 * @example
 * studyGraph([{ name: "sft", list: "sft", by: "sft", from: { from: ["base"] } }])
 */
export function studyGraph(
  models: readonly GraphModel[],
  { title = "Models of the study", caption }: StudyGraphOptions = {},
): Figure {
  if (models.length === 0)
    throw new RangeError("studyGraph: models must not be empty, got 0 models");
  const { boxes, rows } = layOut(models);
  const height = rows * ROW;
  return figure({
    title,
    caption,
    panels: [
      {
        options: {
          height,
          margin: 0,
          x: { axis: null, domain: [0, INNER_WIDTH], range: [0, INNER_WIDTH] },
          y: { axis: null, domain: [0, height], range: [0, height] },
          marks: marksOf(boxes),
        },
      },
    ],
  });
}

/** The boxes with their texts, each row centred, and a line to each parent. */
function marksOf(boxes: readonly Box[]): Markish[] {
  const columns = Math.min(
    ACROSS,
    Math.max(...boxes.map(({ place }) => place)) + 1,
  );
  const widthOf = (row: number): number =>
    boxes.filter(({ depth }) => depth === row).length;
  const x = ({ depth, place }: Box): number =>
    ((place + (columns - widthOf(depth)) / 2 + 0.5) * INNER_WIDTH) / columns;
  const y = ({ depth }: Box): number => depth * ROW + ROW / 2;
  const [across, down] = [BOX.width / 2, BOX.height / 2];
  const named = new Map(boxes.map((box) => [box.name, box]));
  const lines = boxes.flatMap((box) =>
    box.parents.map((parent) => [named.get(parent)!, box] as const),
  );
  return [
    Plot.link(lines, {
      x1: ([above]) => x(above),
      y1: ([above]) => y(above) + down,
      x2: ([, box]) => x(box),
      y2: ([, box]) => y(box) - down,
      stroke: FAINT_INK,
      strokeOpacity: 0.5,
    }),
    Plot.rect(boxes, {
      x1: (box: Box) => x(box) - across,
      x2: (box: Box) => x(box) + across,
      y1: (box: Box) => y(box) - down,
      y2: (box: Box) => y(box) + down,
      fill: "white",
      stroke: INK,
      rx: 4,
    }),
    Plot.text(boxes, { x, y, dy: -5, text: "label", fontSize: 11 }),
    Plot.text(boxes, {
      ...{ x, y, dy: 8, text: "by" },
      fontSize: 9,
      fill: FAINT_INK,
    }),
  ];
}

/** Boxes row by row; a row that is too long is broken into several. */
function layOut(models: readonly GraphModel[]): { boxes: Box[]; rows: number } {
  const lists = new Map(models.map(({ name, list }) => [name, list]));
  const entries = [...new Set(models.map(({ list }) => list))];
  const depths = new Map<string, number>([["base", 0]]);
  const plain = entries.map((entry) => {
    const own = models.filter(({ list }) => list === entry);
    const parents = own.flatMap(({ from }) =>
      Object.values(from)
        .flat()
        .map((reference) => reference.split("@")[0]!)
        .map((name) => lists.get(name) ?? name),
    );
    const others = [...new Set(parents)].filter((name) => name !== entry);
    const depth =
      1 + Math.max(0, ...others.map((name) => depths.get(name) ?? 0));
    depths.set(entry, depth);
    const count = own.length > 1 ? ` (${own.length})` : "";
    const [first] = own;
    return {
      name: entry,
      label: `${own.length > 1 ? entry : modelLabel(first!.name)}${count}`,
      by: first!.by,
      parents: others,
      depth,
    };
  });
  const base = { name: "base", label: modelLabel("base"), by: "", parents: [] };
  const boxes: Box[] = [];
  let row = 0;
  for (let depth = 0; depth <= Math.max(...depths.values()); depth++) {
    const own = [{ ...base, depth: 0 }, ...plain].filter(
      (box) => box.depth === depth,
    );
    own.forEach((box, i) =>
      boxes.push({
        ...box,
        depth: row + Math.floor(i / ACROSS),
        place: i % ACROSS,
      }),
    );
    row += Math.ceil(own.length / ACROSS);
  }
  return { boxes, rows: row };
}
