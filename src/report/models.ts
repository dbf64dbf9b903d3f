/** What tables and figures call a model and how they draw it: read from the rows of domains and merge methods, and here for the rest. */
import { DOMAINS, spec } from "../domains/index.js";
import { methods } from "../merge/methods/table.js";
import type { SeriesStyle } from "../style.js";

export type { SeriesStyle } from "../style.js";

/** A model that is neither the expert of one domain nor a merge. */
interface ModelRow {
  /** As the paper's tables print it, where they do. */
  label: string;
  style: SeriesStyle;
}

const ROWS: Readonly<Record<string, ModelRow>> = {
  base: {
    label: "Base",
    style: { label: "Base", color: "#b6bdc6", dash: "1 3", symbol: "square" },
  },
  sft: {
    label: "SFT",
    style: { label: "SFT", color: "#7d8590", dash: "1 3", symbol: "circle" },
  },
  multi: {
    label: "RL-Multi",
    style: { label: "Mixed", color: "#111111", dash: "none", symbol: "cross" },
  },
  opd: {
    label: "MT-OPD",
    style: {
      label: "MT-OPD",
      color: "#4d9de0",
      dash: "9 3 2 3",
      symbol: "square",
    },
  },
};

/** Things that only figures draw: a merge of any method, and what an expert learned from. */
const STYLES: Readonly<Record<string, SeriesStyle>> = {
  merged: { label: "Merged", color: "#c2185b", dash: "none", symbol: "wye" },
  rl: { label: "RL", color: "#1b3a5c", dash: "none", symbol: "circle" },
  positive: {
    label: "RL, positive only",
    color: "#5a9bd4",
    dash: "7 3",
    symbol: "square",
  },
  rollouts: {
    label: "SFT, own answers",
    color: "#e0a030",
    dash: "2 2.5",
    symbol: "triangle",
  },
  demonstrations: {
    label: "SFT, demonstrations",
    color: "#a23b2a",
    dash: "9 3 2 3",
    symbol: "diamond",
  },
};

/** Roads to one model, and what is compared with them, by the names that `data/hard/study.yml` gives them. */
const ROADS: Readonly<Record<string, string>> = {
  reference: "RL-Multi",
  shares: "RL-Multi, paper's shares",
  cascade: "Cascade",
  reverse: "Cascade, reversed",
  polish: "Merge, then mix",
  rejoined: "Mix, branch, merge",
  opdMerged: "MT-OPD of TIES",
  offPolicy: "Off-policy",
  soupArithmetic: "TA of averages",
  slowTies: "TIES, half rate",
  slowArithmetic: "TA, half rate",
  slowAverage: "Average, half rate",
  random: "Random reward",
  format: "Form reward",
};

const LABELS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ROWS).map(([name, { label }]) => [name, label] as const),
  ...Object.entries(ROADS),
  ...DOMAINS.map((domain) => [domain, spec(domain).expert] as const),
  ...Object.values(methods).map(({ name, title }) => [name, title] as const),
]);

const KNOWN: ReadonlyMap<string, SeriesStyle> = new Map([
  ...Object.entries(ROWS).map(([name, { style }]) => [name, style] as const),
  // What roads are compared with is the mixed run, at several budgets.
  ["reference", ROWS["multi"]!.style],
  ...Object.entries(STYLES),
  ...DOMAINS.map((domain) => [domain, spec(domain).style] as const),
  ...Object.values(methods).flatMap(({ name, style }) =>
    style === undefined ? [] : [[name, style] as const],
  ),
]);

const SPARE: readonly SeriesStyle[] = [
  { label: "", color: "#8a5a2b", dash: "none", symbol: "circle" },
  { label: "", color: "#3f7f5f", dash: "7 3", symbol: "square" },
  { label: "", color: "#9a8fbf", dash: "2 2.5", symbol: "triangle" },
  { label: "", color: "#c9a66b", dash: "4 2", symbol: "diamond" },
  { label: "", color: "#2f6f9f", dash: "9 3 2 3", symbol: "star" },
  { label: "", color: "#b5533c", dash: "1 2", symbol: "wye" },
  { label: "", color: "#5b4b8a", dash: "none", symbol: "diamond" },
  { label: "", color: "#7a8b1f", dash: "7 3", symbol: "cross" },
];

/**
 * A model's name as the paper's tables print it; a name that no table knows stays as it is.
 *
 * @param model  for example "sft", a domain for its expert, or a merge method; with steps behind it a checkpoint, or a merge of some
 * @example
 * modelLabel("instruction") // "RL-IF"
 * modelLabel("multi@20") // "RL-Multi 20"
 * modelLabel("ties5") // "TIES 5"
 */
export function modelLabel(model: string): string {
  const known = LABELS.get(model);
  if (known !== undefined) return known;
  const [, name, steps] = /^([a-zA-Z]+)@?(\d+)$/.exec(model) ?? [];
  const label = LABELS.get(name ?? "");
  return label === undefined ? model : `${label} ${steps}`;
}

/**
 * The style of a domain, model or merge method. A domain and its expert share one style in every figure.
 * A name without a style of its own gets a spare one by its place among `names`.
 *
 * @param name   for example "math", "multi", "ties"
 * @param names  all names of the figure, so that two unknown ones differ
 * @example
 * seriesStyle("science").color // "#1a9060"
 */
export function seriesStyle(
  name: string,
  names: readonly string[] = [],
): SeriesStyle {
  const known = KNOWN.get(name);
  if (known !== undefined) return known;
  const unknown = names.filter((other) => !KNOWN.has(other));
  const place = Math.max(unknown.indexOf(name), 0);
  return { ...SPARE[place % SPARE.length]!, label: modelLabel(name) };
}
