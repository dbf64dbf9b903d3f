/** Scores, three updates and samples of the nano base model on the engine of the environment, as one JSON line. */
import { createHash } from "node:crypto";

const { engine, model, train } = await import("../../../dist/index.js");
const info = engine.startEngine();
const folder = new URL("../../../data/nano/base", import.meta.url).pathname;
const { policy, tokenizer } = model.loadPolicy(folder);
const texts = ["1 + 1 = 2", "What is 12 * 3?", "a list: 3, 1, 2", "yes"];
const prompts = texts.map((text) => tokenizer.encode(text));
const scores = model.scoreSequences(policy, prompts);
const streams = texts.map((_, i) => `row ${i}`);
const options = { maxNewTokens: 40, stop: -1, seed: 1, streams };
const completions = model.generate(policy, prompts, {
  ...options,
  temperature: 0.7,
});
const learner = new train.Learner(policy, {
  ...{ betas: [0.9, 0.98], weightDecay: 0.1, clip: 1 },
});
const rows = prompts.map((tokens) => ({
  tokens,
  mask: tokens.map(() => true),
}));
const losses = [1, 2, 3].map(
  () =>
    learner.update(train.sftLosses(policy.config, rows, 1000), 1e-4, "test")
      .loss,
);
const hash = createHash("sha256");
for (const { data } of policy.toParams().values())
  hash.update(new Uint8Array(data.buffer));
for (const { logprobs } of completions) hash.update(logprobs.join());
console.log(
  JSON.stringify({
    engine: info,
    scores: scores.flatMap((row) => [...row]),
    losses,
    texts: completions.map(({ tokens }) => tokens),
    hash: hash.digest("hex"),
  }),
);
