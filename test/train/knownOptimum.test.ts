/** Problems so small that their solution is known: the update rules must find it. */
import { describe, expect, test } from "vitest";
import { startEngine, tf } from "../../src/engine/index.js";
import {
  scoreSequences,
  generate,
  initParams,
  logits,
  Policy,
  type Completion,
} from "../../src/model/index.js";
import {
  fullKlLosses,
  groupAdvantages,
  grpoLosses,
  type PolicySample,
} from "../../src/train/index.js";
import { PICO } from "../model/pico.js";
import { picoLearner } from "./fixture.js";

startEngine();

/** No token ends a turn in these problems. */
const NEVER = -1;

/** One sample from a completion. */
function sampleOf(
  prompt: readonly number[],
  { tokens, sampled, logprobs }: Completion,
  advantage: PolicySample["advantage"],
): PolicySample {
  return {
    tokens: [...prompt, ...tokens],
    mask: [...prompt.map(() => false), ...sampled],
    rollout: [...prompt.map(() => 0), ...logprobs],
    advantage,
  };
}

describe("GRPO", () => {
  test("finds the rewarded token of each of two prompts (a bandit)", () => {
    const learner = picoLearner({ weightDecay: 0 });
    const prompts = [
      [10, 11],
      [12, 13],
    ];
    const rewarded = [20, 33];
    const groups = prompts.flatMap((prompt, p) =>
      Array.from({ length: 32 }, () => ({ prompt, p })),
    );
    let reward = 0;
    for (let step = 0; step < 120; step++) {
      const completions = generate(
        learner.policy,
        groups.map(({ prompt }) => prompt),
        {
          maxNewTokens: 1,
          stop: NEVER,
          seed: 1,
          streams: groups.map((_, i) => `bandit/${step}/${i}`),
        },
      );
      const rewards = completions.map(({ tokens }, i) =>
        Number(tokens[0] === rewarded[groups[i]!.p]),
      );
      reward = rewards.reduce((a, b) => a + b, 0) / rewards.length;
      const advantages = [
        ...groupAdvantages(rewards.slice(0, 32)),
        ...groupAdvantages(rewards.slice(32)),
      ];
      const samples = completions.map((completion, i) =>
        sampleOf(groups[i]!.prompt, completion, advantages[i]!),
      );
      learner.update(grpoLosses(PICO, samples), 3e-3, "bandit");
    }
    expect(reward).toBeGreaterThan(0.95);
    learner.dispose();
  });

  test("finds the optimal policy of a two-step MDP, past a smaller prize that is easier to find", () => {
    // Four actions, a token's number modulo 4. The environment answers the first one with a token that names the state reached.
    // Action 3 at once ends with 0.4, whatever follows; only 1 and then 2 ends with 1. A random policy earns 0.25 · 0.4 by the
    // first and 0.25 · 0.25 · 1 by the second.
    const learner = picoLearner({ weightDecay: 0 });
    const prompt = [10, 11];
    const G = 48;
    const play = (policy: Policy, stream: string): Completion[] =>
      generate(
        policy,
        Array.from({ length: G }, () => prompt),
        {
          maxNewTokens: 1,
          stop: NEVER,
          seed: 1,
          streams: Array.from({ length: G }, (_, i) => `${stream}/${i}`),
          maxTotal: 6,
          onTurn: (_, { tokens }) => [40 + (tokens[0]! % 4)],
        },
      );
    const rewardOf = ({ tokens }: Completion): number => {
      const [first, , second] = tokens.map((token) => token % 4);
      if (first === 3) return 0.4;
      return Number(first === 1 && second === 2);
    };
    for (let step = 0; step < 150; step++) {
      const completions = play(learner.policy, `mdp/${step}`);
      const advantages = groupAdvantages(completions.map(rewardOf));
      const samples = completions.map((completion, i) =>
        sampleOf(prompt, completion, advantages[i]!),
      );
      learner.update(grpoLosses(PICO, samples), 3e-3, "mdp");
    }
    const final = play(learner.policy, "final");
    // action, state, action: the environment's token is seen and not sampled
    expect(final[0]!.sampled).toEqual([true, false, true]);
    const value = final.map(rewardOf).reduce((a, b) => a + b, 0) / G;
    expect(value).toBeGreaterThan(0.9);
    learner.dispose();
  });
});

/** Distribution of the token after a prompt. */
function distribution(policy: Policy, prompt: readonly number[]): number[] {
  return tf.tidy(() => {
    const ids = tf.tensor2d([[...prompt]], undefined, "int32");
    const table = tf.softmax(logits(policy.weights, policy.config, ids));
    return Array.from(table.dataSync()).slice(-policy.config.vocabSize);
  });
}

/** Total variation distance of two distributions, in [0, 1]. */
function distance(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, x, i) => sum + Math.abs(x - q[i]!), 0) / 2;
}

describe("distillation", () => {
  // Two teachers that are sure of different things, one a prompt, as two domains would be.
  const teachers = [21, 22].map((seed) => {
    const params = initParams(PICO, seed);
    const norm = params.get("model.norm.weight")!;
    const data = norm.data.map((x) => 60 * x);
    params.set("model.norm.weight", { ...norm, data });
    return Policy.fromParams(params, PICO);
  });
  const prompts = [
    [10, 11],
    [12, 13],
  ];
  const targets = teachers.map((teacher, p) =>
    distribution(teacher, prompts[p]!),
  );
  const passes = { maxTokens: 8192, temperature: 1 };

  test("the two teachers are far from the student and from each other, so there is something to learn", () => {
    const learner = picoLearner();
    prompts.forEach((prompt, p) =>
      expect(
        distance(distribution(learner.policy, prompt), targets[p]!),
      ).toBeGreaterThan(0.3),
    );
    expect(distance(targets[0]!, targets[1]!)).toBeGreaterThan(0.3);
    learner.dispose();
  });

  test.each(["onPolicy", "reverse", "forward"] as const)(
    "%s: the student ends at the distribution of each prompt's own teacher",
    (method) => {
      const learner = picoLearner({ weightDecay: 0 });
      const steps = method === "onPolicy" ? 200 : 100;
      const groups = prompts.flatMap((prompt, p) =>
        Array.from({ length: 64 }, () => ({ prompt, p })),
      );
      for (let step = 0; step < steps; step++) {
        const rate = 5e-3 * (1 - step / steps);
        const completions = generate(
          learner.policy,
          groups.map(({ prompt }) => prompt),
          {
            maxNewTokens: 1,
            stop: NEVER,
            seed: 1,
            streams: groups.map((_, i) => `distill/${step}/${i}`),
          },
        );
        const rows = completions.map((completion, i) =>
          sampleOf(groups[i]!.prompt, completion, 0),
        );
        const own = (p: number): PolicySample[] =>
          rows.filter((_, i) => groups[i]!.p === p);
        if (method !== "onPolicy") {
          const taught = teachers.map((teacher, p) => ({
            teacher,
            rows: own(p),
          }));
          const losses = fullKlLosses(PICO, taught, { direction: method });
          learner.update(losses, rate, "distill");
          continue;
        }
        const samples = teachers.flatMap((teacher, p) => {
          const scores = scoreSequences(teacher, own(p), passes);
          return own(p).map((row, i) => ({
            ...row,
            advantage: row.mask.map((isOwn, t) =>
              isOwn ? scores[i]![t]! - row.rollout[t]! : 0,
            ),
          }));
        });
        const options = {
          clipEpsHigh: 0.2,
          importanceSampling: "none",
        } as const;
        learner.update(grpoLosses(PICO, samples, options), rate, "distill");
      }
      prompts.forEach((prompt, p) =>
        expect(
          distance(distribution(learner.policy, prompt), targets[p]!),
        ).toBeLessThan(0.05),
      );
      learner.dispose();
    },
  );
});
