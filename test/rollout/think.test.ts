/** Forced thinking, with the committed base model: rewards and verifiers must see what was forced. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spec } from "../../src/domains/index.js";
import { styleOf } from "../../src/evaluate/index.js";
import { loadPolicy } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { promptTokens } from "../../src/rollout/episode.js";
import { rollouts, type Rollout } from "../../src/rollout/index.js";
import { drawTask } from "../../src/world/index.js";

const { policy, tokenizer } = loadPolicy(
  join(import.meta.dirname, "../../data/nano/base"),
);
const tasks = (["math", "science", "agent"] as const).flatMap((domain) =>
  Array.from({ length: 4 }, (_, i) =>
    drawTask(domain, new Random(i, domain), { split: "train", level: 1 }),
  ),
);
const roll = (think?: "free" | "forced", temperature = 1): Rollout[] =>
  rollouts(policy, tokenizer, tasks, {
    ...{ seed: 1, stream: "think", temperature },
    ...(think && { think }),
  });

describe('rollouts(…, { think: "forced" })', () => {
  test("begin every turn with thinking that is not empty, sampled or greedy", () => {
    for (const temperature of [0, 1])
      for (const { task, text, transcript, turns } of roll(
        "forced",
        temperature,
      )) {
        expect(text.startsWith("<think>\n")).toBe(true);
        expect(["careful", "brief"]).toContain(styleOf(text));
        expect(transcript.split("<think>\n").length - 1).toBeGreaterThanOrEqual(
          turns,
        );
        if (task.domain !== "agent") expect(transcript).toContain(text);
      }
  });
  test("put the opening into the prompt and not among the sampled tokens, and grade the whole text", () => {
    for (const rollout of roll("forced")) {
      const { task, text, finish, verdict, turns } = rollout;
      const opening = tokenizer.encode("<think>\n");
      expect(rollout.promptTokens).toEqual([
        ...promptTokens(tokenizer, task),
        ...opening,
      ]);
      if (turns > 1) {
        // between two turns stand the tool's result, the header and the opening, none of them sampled
        const first = rollout.sampled.indexOf(false);
        const next = rollout.sampled.indexOf(true, first);
        expect(rollout.tokens.slice(next - opening.length, next)).toEqual(
          opening,
        );
      } else expect(rollout.sampled.every(Boolean)).toBe(true);
      if (task.domain !== "agent")
        expect(verdict).toEqual(spec(task.domain).verify(task, text, finish));
    }
  });
  test("free is the default, and lets the model begin as it likes", () => {
    expect(roll("free")).toEqual(roll());
    expect(roll().some(({ text }) => styleOf(text) === "empty")).toBe(true);
  });
});
