/** Turns the answers of `npm run bench:train` into rows, and rows into a Markdown table. */
import { forwardFlops } from "./trainWork.mjs";

/** What is measured, in the order of the table. `repeat`: how often one round does the work; `aim`: the ratio to reach. */
export const MEASURES = [
  {
    kind: "train",
    name: "train step, 32 × 128 tokens",
    peer: "PyTorch eager",
    ...{ repeat: 3, aim: 1 },
  },
  {
    kind: "decode",
    name: "decode, 64 rows × 64 tokens",
    peer: "transformers",
    ...{ repeat: 2, aim: 3 },
  },
  {
    kind: "wide",
    name: "decode, 256 rows × 64 tokens",
    peer: "transformers",
    ...{ repeat: 1, aim: 3 },
  },
  {
    kind: "rollout",
    name: "decode, 256 rows to their stop tokens",
    peer: "transformers",
    ...{ repeat: 1, aim: 3 },
  },
  {
    kind: "grpo",
    name: "GRPO step, 16 × 16 answers",
    peer: "TRL",
    ...{ repeat: 1, aim: 2 },
  },
];

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Work of one answer: tokens; steps for GRPO, since the length of its answers differs by chance. */
function amount({ kind, repeat }, { tokens }) {
  return kind === "grpo" ? repeat : tokens;
}

/** Matrix-product operations of one token, where every token costs the same. */
function flopsPerToken(kind, work, config) {
  if (kind === "train") return 3 * forwardFlops(config, work.batch[0].length);
  const { prompts, newTokens, stop } = work[kind] ?? {};
  if (!prompts || stop !== undefined) return undefined;
  return forwardFlops(config, prompts[0].length + newTokens / 2);
}

/**
 * One row of the table.
 *
 * @param pairs  answers { ours, peer } of each round; `peer` is absent without one
 * @param peak   GFLOP/s of a large matrix product at these threads
 */
export function summarise(measure, threads, pairs, peak, work, config) {
  const { kind } = measure;
  const rates = (side, clock) =>
    pairs.map((pair) => amount(measure, pair[side]) / pair[side][clock]);
  const row = { kind, threads, ours: median(rates("ours", "seconds")) };
  const flops = flopsPerToken(kind, work, config);
  if (flops) row.peakShare = (row.ours * flops) / (peak * 1e9);
  if (!pairs[0].peer) return row;
  const ratios = (clock) => {
    const theirs = rates("peer", clock);
    return rates("ours", clock).map((rate, i) => rate / theirs[i]);
  };
  const wall = ratios("seconds");
  return {
    ...row,
    peer: median(rates("peer", "seconds")),
    ratio: median(wall),
    lowest: Math.min(...wall),
    highest: Math.max(...wall),
    processorRatio: median(ratios("cpu")),
  };
}

function rate(kind, value) {
  return kind === "grpo"
    ? `${(1 / value).toFixed(2)} s`
    : `${Math.round(value).toLocaleString("en")} tokens/s`;
}

function percent(share) {
  return share === undefined ? "" : `${(100 * share).toFixed(0)} %`;
}

/**
 * The Markdown table.
 *
 * @param recorded  rows of an earlier run whose peer figures stand in where a row has none, marked as recorded
 */
export function table(rows, recorded = []) {
  const lines = rows.map((row) => {
    const { name, peer, aim } = MEASURES.find(({ kind }) => kind === row.kind);
    const old = recorded.find(
      ({ kind, threads }) => kind === row.kind && threads === row.threads,
    );
    const from = row.ratio === undefined ? old : row;
    const mark = from === row ? "" : " (recorded)";
    const cells = from
      ? [
          `${peer}, ${rate(row.kind, from.peer)}${mark}`,
          `**${from.ratio.toFixed(2)} ×** (${from.lowest.toFixed(2)}–${from.highest.toFixed(2)})${mark}`,
          `${from.processorRatio.toFixed(2)} ×${mark}`,
        ]
      : ["not recorded", "", ""];
    return [
      ...[name, row.threads, rate(row.kind, row.ours), ...cells],
      ...[`≥ ${aim} ×`, percent(row.peakShare)],
    ];
  });
  return [
    [
      ...["work", "threads", "m2rl", "peer", "m2rl ÷ peer, wall clock"],
      ...["processor time", "aim", "matmul peak"],
    ],
    ["---", "---:", "---:", "---:", "---:", "---:", "---:", "---:"],
    ...lines,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
