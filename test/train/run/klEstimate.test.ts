/** How far one policy is from another, from sampled tokens. */
import { describe, expect, test } from "vitest";
import type { Domain } from "../../../src/domains/index.js";
import { startEngine } from "../../../src/engine/index.js";
import { initParams, loadPolicy, Policy } from "../../../src/model/index.js";
import { Random } from "../../../src/random.js";
import { rollouts, type Rollout } from "../../../src/rollout/index.js";
import {
  klEstimate,
  klFromLogprobs,
} from "../../../src/train/run/klEstimate.js";
import { drawTask } from "../../../src/world/index.js";
import { newFolder, PICO_CHAT, writePico } from "../fixture.js";

startEngine();

/** A rollout of which only log-probs and who wrote each token matter. */
function rollout(
  domain: Domain,
  logprobs: number[],
  sampled = logprobs.map(() => true),
): Rollout {
  return {
    task: drawTask(domain, new Random(1, "kl"), { split: "train", level: 1 }),
    promptTokens: [1, 2],
    tokens: logprobs.map(() => 5),
    sampled,
    logprobs,
    text: "",
    transcript: "",
    verdict: { reward: 0, outcome: "wrong" } as Rollout["verdict"],
    finish: "stop",
    turns: 1,
  };
}
/** The other policy's log-probs, those of the two prompt tokens in front. */
const beside = (...logprobs: number[]): number[] => [-9, -9, ...logprobs];

describe("klFromLogprobs(rollouts, other)", () => {
  test("is the exact divergence where tokens occur as often as the policy draws them", () => {
    // p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2): Σ p ln(p / q) = ln 2 / 2 − ln 2 / 4
    const [p, q] = [
      [0.5, 0.5, 0.25, 0.25],
      [0.25, 0.25, 0.25, 0.5],
    ].map((row) => row.map(Math.log)) as [number[], number[]];
    const { kl, kls } = klFromLogprobs([rollout("math", p)], [beside(...q)]);
    expect(kl).toBeCloseTo(Math.LN2 / 4, 12);
    expect(kls).toEqual({ math: kl });
  });

  test("leaves out what the policy did not write", () => {
    const list = [rollout("agent", [-1, -50, -2], [true, false, true])];
    expect(klFromLogprobs(list, [beside(-2, -1, -2)])).toEqual({
      kl: 0.5,
      kls: { agent: 0.5 },
    });
  });

  test("is a mean over tokens, not over rollouts, in all and in each domain", () => {
    const list = [
      rollout("math", [-1]),
      rollout("math", [-1, -1, -1]),
      rollout("coding", [-1, -1]),
    ];
    const others = [beside(-5), beside(-1, -1, -1), beside(-2, -4)];
    // math: 4 over 4 tokens; coding: 1 + 3 over 2; all: 8 over 6
    expect(klFromLogprobs(list, others)).toEqual({
      kl: 8 / 6,
      kls: { math: 1, coding: 2 },
    });
  });
});

describe("klEstimate(rollouts, other)", () => {
  const { policy, tokenizer } = loadPolicy(writePico(newFolder()));
  const tasks = (["math", "instruction"] as const).map((domain) =>
    drawTask(domain, new Random(2, "kl"), { split: "train", level: 1 }),
  );
  const drawn = rollouts(policy, tokenizer, tasks, { seed: 1, stream: "kl" });
  const passes = { maxTokens: 700, temperature: 1 };

  test("is 0 against the policy itself", () => {
    const { kl, kls } = klEstimate(drawn, policy, passes);
    // decoding and scoring are two paths to the same log-prob of size 6
    expect(Math.abs(kl)).toBeLessThan(1e-4);
    expect(Object.keys(kls)).toEqual(["math", "instruction"]);
  });

  test("is that of the other policy's own log-probs", () => {
    const other = Policy.fromParams(initParams(PICO_CHAT, 8), PICO_CHAT);
    const { kl } = klEstimate(drawn, other, passes);
    expect(Math.abs(kl)).toBeGreaterThan(1e-3);
    const alone = drawn.map((one) => klEstimate([one], other, passes).kl);
    const tokens = drawn.map(
      ({ sampled }) => sampled.filter((isOwn) => isOwn).length,
    );
    const weighted =
      (alone[0]! * tokens[0]! + alone[1]! * tokens[1]!) /
      (tokens[0]! + tokens[1]!);
    expect(kl).toBeCloseTo(weighted, 4);
    other.dispose();
  });
});
