import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inForm, type Task } from "../../src/domains/index.js";
import { initParams, NANO_CONFIG, Policy } from "../../src/model/index.js";
import { Episode, promptTokens, turnEnds } from "../../src/rollout/episode.js";
import { rollouts } from "../../src/rollout/index.js";
import { formatReward } from "../../src/train/index.js";
import { renderChat, Tokenizer } from "../../src/tokenizer/index.js";
import { readFileSync } from "node:fs";

const BASE = join(import.meta.dirname, "../../data/nano/base");
const folder = mkdtempSync(join(tmpdir(), "form-"));
writeFileSync(
  join(folder, "tokenizer.json"),
  readFileSync(join(BASE, "tokenizer.json")),
);
writeFileSync(
  join(folder, "chat_template.jinja"),
  "{% for m in messages %}Q: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}A:{% endif %}",
);
writeFileSync(
  join(folder, "generation_config.json"),
  '{"eos_token_id": 2, "pad_token_id": 0}',
);
const tokenizer = Tokenizer.fromFile(join(folder, "tokenizer.json"));

const task: Task = {
  ...{ id: "say", domain: "instruction", kind: "words", prompt: "Say it" },
  data: { instruction_id_list: ["punctuation:no_comma"], kwargs: [null] },
};
const formed = inForm(task, {
  ...{ template: "folder", gate: "none" },
  maxNewTokens: { instruction: 5 },
});

test("a task's form decides the template of its prompt and the tokens that end its turn", () => {
  const text = (of: Task): string =>
    tokenizer.decode(promptTokens(tokenizer, of));
  expect(text(formed)).toBe("Q: Say it\nA:");
  expect(text(task)).toBe(
    renderChat([{ role: "user", content: "Say it" }], {
      addGenerationPrompt: true,
    }),
  );
  expect(turnEnds(tokenizer, [task])).toEqual([2]);
  expect(turnEnds(tokenizer, [task, formed])).toEqual([2, 0]);
  const nowhere = Tokenizer.fromJson(tokenizer.json);
  expect(promptTokens(nowhere, task)).toEqual(promptTokens(tokenizer, task));
  expect(() => promptTokens(nowhere, formed)).toThrow(
    "chatOf: tokenizer must be read from a model folder where its template is asked for, got one without a folder",
  );
});

test("rollouts of a task in a form stop at its limit, and what does not think can be right and has its form", () => {
  const policy = Policy.fromParams(initParams(NANO_CONFIG, 3), NANO_CONFIG);
  const rolled = rollouts(
    policy,
    tokenizer,
    Array.from({ length: 24 }, () => formed),
    { seed: 4, stream: "form" },
  );
  policy.dispose();
  expect(Math.max(...rolled.map(({ tokens }) => tokens.length))).toBe(5);
  for (const { finish, text, verdict } of rolled)
    expect(verdict.outcome).toBe(
      finish === "length"
        ? "truncated"
        : text.trim() === ""
          ? "noAnswer"
          : text.includes(",")
            ? "wrong"
            : "correct",
    );
  const answered = {
    ...rolled[0]!,
    text: "it",
    verdict: { reward: 1 as const, outcome: "correct" as const },
  };
  expect(formatReward(answered)).toBe(1);
  expect(formatReward({ ...answered, task })).toBe(0);
});

test("without the gate an answer that does not think is graded, one that thinks behind its thought, and one that is cut off not at all", () => {
  const sum: Task = {
    ...{ id: "1+1", domain: "math", kind: "sum", prompt: "1+1?" },
    data: { answer: 2 },
  };
  const plain = inForm(sum, { gate: "none" });
  const outcome = (
    of: Task,
    text: string,
    finish: "stop" | "length" = "stop",
  ): string => {
    const episode = new Episode(of);
    episode.step(text, finish);
    return episode.verdict(finish).outcome;
  };
  expect(outcome(sum, "\\boxed{2}")).toBe("noAnswer");
  expect(outcome(plain, "\\boxed{2}")).toBe("correct");
  expect(outcome(plain, "\\boxed{3}")).toBe("wrong");
  expect(outcome(plain, "  ")).toBe("noAnswer");
  const thought = "<think>\n\\boxed{2}\n</think>\n\n\\boxed{3}";
  expect(outcome(plain, thought)).toBe("wrong");
  expect(outcome(plain, "\\boxed{2}", "length")).toBe("truncated");
});
