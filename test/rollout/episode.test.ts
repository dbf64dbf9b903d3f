import { describe, expect, test } from "vitest";
import { MAX_TURNS } from "../../src/domains/agent/environment.js";
import { spec, type Task } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { Episode, promptTokens } from "../../src/rollout/episode.js";
import {
  renderAssistant,
  renderChat,
  SPECIAL_TOKENS,
  Tokenizer,
  trainBpe,
} from "../../src/tokenizer/index.js";
import { drawTask } from "../../src/world/index.js";

const draw = (domain: Task["domain"]): Task =>
  drawTask(domain, new Random(1, domain), { split: "train", level: 1 });
const look = renderAssistant({
  role: "assistant",
  content: "",
  toolCalls: [{ name: "calendar", arguments: {} }],
});

describe("Episode", () => {
  test("a domain without an environment ends after one turn, graded by its verifier", () => {
    const task = draw("math");
    const episode = new Episode(task);
    const text = "<think>\n\n</think>\n\n\\boxed{-1}";
    expect(episode.step(text, "stop")).toBeNull();
    expect(episode.verdict("stop")).toEqual(
      spec("math").verify(task, text, "stop"),
    );
    expect([episode.text, episode.turns]).toEqual([text, 1]);
  });

  test("an environment's results come as the tool turn and the next header", () => {
    const episode = new Episode(draw("agent"));
    const next = episode.step(look, "stop");
    expect(next).toMatch(
      /<tool_response>[\s\S]*<\/tool_response>[\s\S]*<\|im_start\|>assistant\n$/,
    );
    expect(episode.seconds).toBeGreaterThan(0);
  });

  test("the task's limit of turns ends it", () => {
    const episode = new Episode(draw("agent"));
    const maxTurns = MAX_TURNS;
    expect(spec("agent").maxTurns).toBeGreaterThanOrEqual(maxTurns);
    for (let turn = 1; turn < maxTurns; turn++)
      expect(episode.step(look, "stop")).not.toBeNull();
    expect(episode.step(look, "stop")).toBeNull();
    expect(episode.turns).toBe(maxTurns);
    expect(episode.verdict("stop").reward).toBe(0);
  });

  test("a turn that was cut off is not handed to the environment", () => {
    const episode = new Episode(draw("agent"));
    expect(episode.step(look, "length")).toBeNull();
    expect(episode.seconds).toBe(0);
    expect(episode.verdict("length").outcome).toBe("truncated");
  });
});

test("promptTokens(tokenizer, task) ends with the assistant's header", () => {
  const task = draw("math");
  const tokenizer = Tokenizer.fromJson(
    trainBpe([task.prompt], { vocabSize: 256 + SPECIAL_TOKENS.length }),
  );
  expect(tokenizer.decode(promptTokens(tokenizer, task))).toBe(
    renderChat([{ role: "user", content: task.prompt }], {
      addGenerationPrompt: true,
    }),
  );
});
