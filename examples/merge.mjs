/**
 * Merge two fine-tuned models and see what the merge kept: `node examples/merge.mjs [BASE EXPERT EXPERT]`.
 *
 * Without arguments it makes two experts of the nano base by adding noise to a tenth of its weights each, so that it runs anywhere.
 * Expect: of what each expert changed, TIES at density 1 keeps nearly all, since the two changed different weights.
 */
import { checkpoint, merge, random } from "m2rl";

/** A copy of a model in which a share of the weights moved a little. */
function disturbed(params, seed) {
  const draw = new random.Random(seed, "examples/merge");
  return new Map(
    [...params].map(([name, tensor]) => [
      name,
      {
        ...tensor,
        data: tensor.data.map((w) =>
          draw.chance(0.1) ? w + 0.01 * draw.normal() : w,
        ),
      },
    ]),
  );
}

/** ‖τ‖ of every expert's own entries that the merge moved to the same side, as a share of ‖τ‖. */
function kept(base, expert, merged) {
  let own = 0;
  let same = 0;
  for (const [name, { data }] of base) {
    const e = expert.get(name).data;
    const m = merged.get(name).data;
    for (let i = 0; i < data.length; i++) {
      const change = e[i] - data[i];
      own += change * change;
      if (change * (m[i] - data[i]) > 0) same += change * change;
    }
  }
  return Math.sqrt(same / own);
}

const [basePath = "data/nano/base", ...paths] = process.argv.slice(2);
const read = (path) => checkpoint.readModelFolder(path).params;
const base = read(basePath);
const experts =
  paths.length > 0 ? paths.map(read) : [disturbed(base, 1), disturbed(base, 2)];

for (const [name, merged] of [
  ["average", merge.average(base, experts)],
  ["ties", merge.ties(base, experts, { density: 1, lambda: 1 })],
]) {
  const shares = experts.map((expert) => kept(base, expert, merged));
  console.log(
    `${name.padEnd(8)} keeps the direction of ${shares.map((s) => `${(100 * s).toFixed(1)} %`).join(" and ")} of the experts' changes`,
  );
}
