/**
 * Score a model folder, sampled and greedily, with 95 % intervals: `node examples/evaluate.mjs [MODEL] [ITEMS]`.
 *
 * Expect of the nano base: far better greedily than sampled, since its distribution is wide.
 */
import { evaluate, model } from "m2rl";

const [folder = "data/nano/base", items = "40"] = process.argv.slice(2);
const { policy, tokenizer } = model.loadPolicy(folder);
for (const temperature of [1, 0])
  for (const benchmark of ["aime24", "gpqa"]) {
    const { mean, low, high } = await evaluate.evaluate(
      policy,
      tokenizer,
      benchmark,
      // Greedy decoding gives one answer however often it is asked.
      { items: Number(items), samples: temperature === 0 ? 1 : 2, temperature },
    );
    const percent = [mean, low, high].map((x) => (100 * x).toFixed(1));
    console.log(
      `${benchmark.padEnd(7)} T = ${temperature}: ${percent[0]} [${percent[1]}, ${percent[2]}]`,
    );
  }
policy.dispose();
