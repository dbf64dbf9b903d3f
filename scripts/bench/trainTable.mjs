/** Turns the answers of `npm run bench:train` into rows, and rows into a Markdown table. */
import { forwardFlops } from "./trainWork.mjs";

/** What is measured, in the order of the table. `repeat`: how often one round does the work; `aim`: the ratio to reach by engine. */
export const MEASURES = [
  {
    kind: "train",
    name: "train step, 32 × 128 tokens",
    peer: "PyTorch eager",
    ...{ repeat: 3, aim: { tensorflow: 1, torch: 1.2 } },
  },
  {
    kind: "decode",
    name: "decode, 64 rows × 64 tokens",
    peer: "transformers",
    ...{ repeat: 2, aim: { tensorflow: 3, torch: 3 } },
  },
  {
    kind: "wide",
    name: "decode, 256 rows × 64 tokens",
    peer: "transformers",
    ...{ repeat: 1, aim: { tensorflow: 3, torch: 3 } },
  },
  {
    kind: "rollout",
    name: "decode, 256 rows to their stop tokens",
    peer: "transformers",
    ...{ repeat: 1, aim: { tensorflow: 3, torch: 6 } },
  },
  {
    kind: "grpo",
    name: "GRPO step, 16 × 16 answers",
    peer: "TRL",
    ...{ repeat: 1, aim: { tensorflow: 2, torch: 4 } },
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

/** Median, lowest and highest of the ratios of two lists of rates, round by round. */
function compared(ours, theirs) {
  const ratios = ours.map((rate, i) => rate / theirs[i]);
  return {
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/**
 * One row of the table.
 *
 * @param engine  the side that the row is about
 * @param pairs   answers of each round by side: engines by name, and `peer` where there is one
 * @param peak    GFLOP/s of a large matrix product by this engine at these threads
 */
export function summarise(
  measure,
  { engine, threads, pairs, peak, work, config },
) {
  const { kind } = measure;
  const rates = (side, clock) =>
    pairs.map((pair) => amount(measure, pair[side]) / pair[side][clock]);
  const row = { kind, engine, threads, ours: median(rates(engine, "seconds")) };
  const flops = flopsPerToken(kind, work, config);
  if (flops) row.peakShare = (row.ours * flops) / (peak * 1e9);
  if (engine !== "tensorflow" && pairs[0].tensorflow)
    row.overDefault = compared(
      rates(engine, "cpu"),
      rates("tensorflow", "cpu"),
    ).ratio;
  if (!pairs[0].peer) return row;
  return {
    ...row,
    peer: median(rates("peer", "seconds")),
    ...compared(rates(engine, "seconds"), rates("peer", "seconds")),
    processorRatio: compared(rates(engine, "cpu"), rates("peer", "cpu")).ratio,
  };
}

function rate(kind, value) {
  return kind === "grpo"
    ? `${(1 / value).toFixed(2)} s`
    : `${Math.round(value).toLocaleString("en")} tokens/s`;
}

function times(ratio) {
  return ratio === undefined ? "" : `${ratio.toFixed(2)} ×`;
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
      ({ kind, threads, engine = "tensorflow" }) =>
        kind === row.kind && threads === row.threads && engine === row.engine,
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
      ...[name, row.threads, row.engine, rate(row.kind, row.ours), ...cells],
      ...[`≥ ${aim[row.engine]} ×`, times(row.overDefault)],
      percent(row.peakShare),
    ];
  });
  return [
    [
      ...["work", "threads", "engine", "m2rl", "peer"],
      ...["m2rl ÷ peer, wall clock", "processor time", "aim"],
      ...["÷ tensorflow, processor time", "matmul peak"],
    ],
    ["---", "---:", "---", ...Array.from({ length: 7 }, () => "---:")],
    ...lines,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
