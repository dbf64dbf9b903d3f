import { describe, expect, test } from "vitest";
import { DOMAINS, spec } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import {
  SPECIAL_TOKENS,
  Tokenizer,
  renderAssistant,
  trainBpe,
} from "../../src/tokenizer/index.js";
import {
  worldSpec,
  drawTask,
  pretrainDocument,
  splitOf,
} from "../../src/world/index.js";

const COUNT = 6000;
const random = new Random(11, "corpus test");
const before = performance.now();
const documents = Array.from({ length: COUNT }, () => pretrainDocument(random));
const seconds = (performance.now() - before) / 1000;

/** Prompts of benchmark tasks, as many as benchmarks ever use. */
function benchmarkPrompts(): Set<string> {
  const source = new Random(12, "benchmarks");
  const prompts = new Set<string>();
  for (const domain of DOMAINS) {
    const kinds = worldSpec(domain).kinds.map(({ name }) => name);
    for (let i = 0; i < 2000; i++)
      prompts.add(
        drawTask(domain, source, { split: "benchmark", kinds }).prompt,
      );
  }
  return prompts;
}

/** The text, and all its beginnings up to a full stop or question mark. */
function sentences(text: string): string[] {
  const ends = [...text.matchAll(/[.?](?= )/g)].map(({ index }) => index + 1);
  return [...ends.map((end) => text.slice(0, end)), text];
}

describe("pretrainDocument", () => {
  test("writes the same documents from the same seed", () => {
    const write = (): string[] => {
      const source = new Random(13, "same");
      return Array.from({ length: 50 }, () => pretrainDocument(source));
    };
    expect(write()).toEqual(write());
  });

  test("never contains the prompt of a benchmark task", () => {
    const prompts = benchmarkPrompts();
    for (const document of documents) {
      for (const line of document.split("\n")) {
        const checked = /^Check: (.*) Claimed answer: -?\d+/.exec(line)?.[1];
        // The lines of a solution may stand behind the problem, which ends in "." or "?".
        for (const problem of checked ? sentences(checked) : [line])
          expect(prompts.has(problem.replace("<|im_end|>", "")), line).toBe(
            false,
          );
      }
    }
  });

  test("is short, without special tokens except in chats, which are 3 to 7 percent", () => {
    const chats = documents.filter((document) =>
      document.startsWith("<|im_start|>user\n"),
    );
    expect(chats.length / COUNT).toBeGreaterThan(0.03);
    expect(chats.length / COUNT).toBeLessThan(0.07);
    for (const document of documents) {
      expect(document).toBe(document.trim());
      expect(document.length).toBeGreaterThan(10);
      expect(document.length).toBeLessThan(1500);
      if (document.startsWith("<|im_start|>"))
        expect(document.endsWith("<|im_end|>")).toBe(true);
      else
        for (const token of SPECIAL_TOKENS)
          expect(document).not.toContain(token);
    }
  });

  test("shows all kinds of documents", () => {
    const share = (pattern: RegExp): number =>
      documents.filter((d) => pattern.test(d)).length / COUNT;
    expect(share(/^(\d+([-+*/]\d+=|[<>])\d+\n?){12}$/)).toBeGreaterThan(0.09);
    expect(share(/^(Smallest|Largest)\? /)).toBeGreaterThan(0.03);
    expect(share(/^Check: .*\nVerdict: (in)?correct$/s)).toBeGreaterThan(0.06);
    expect(share(/^Check: [^\n]*=\d+ Claimed answer/)).toBeGreaterThan(0.03);
    expect(
      share(/^(\d+-\d+=-?\d+\nVerdict: (in)?correct\n?){8}$/),
    ).toBeGreaterThan(0.04);
    expect(share(/\\boxed\{\d+\}$/)).toBeGreaterThan(0.07);
    expect(share(/```js\nfunction f/)).toBeGreaterThan(0.07);
    expect(share(/Options: .*Answer: (?:[ABCD]|[a-z]+)$/s)).toBeGreaterThan(
      0.05,
    );
    expect(share(/^Write about/)).toBeGreaterThan(0.1);
    expect(share(/"name": /)).toBeGreaterThan(0.1);
  });

  test("asks multiple choice only with options", () => {
    for (const document of documents) {
      if (/What is|Heaviest\?|Lightest\?|Largest\?/.test(document))
        expect(document).toContain("Options: ");
    }
  });

  test("says only true arithmetic outside of chats", () => {
    for (const document of documents) {
      if (
        document.startsWith("<|im_start|>") ||
        document.includes("Write about")
      )
        continue;
      // A solution that is to be checked may be wrong, in the prompt.
      const said = document.replace(/^Check: .*$/gm, "");
      for (const [text, a, op, b, c] of said.matchAll(
        /(?<![\d)=x*+-])(\d+)([-+*/])(\d+)=(-?\d+)(?![\dx(])/g,
      )) {
        const [p, q] = [Number(a), Number(b)];
        const value = { "+": p + q, "-": p - q, "*": p * q, "/": p / q }[op!];
        expect(Number(c), `${text} in ${document}`).toBe(value);
      }
    }
  });

  test("is fast; its words are few enough for a small tokenizer", () => {
    const tokenizer = Tokenizer.fromJson(
      trainBpe(documents, { vocabSize: 768 }),
    );
    const tokens =
      documents
        .slice(0, 1000)
        .reduce((sum, d) => sum + tokenizer.encode(d).length, 0) / 1000;
    const characters = documents.reduce((sum, d) => sum + d.length, 0) / COUNT;
    console.log(
      `corpus: ${(COUNT / seconds).toFixed(0)} documents per second, ${characters.toFixed(0)} characters, ` +
        `${tokens.toFixed(1)} tokens each at 768 tokens`,
    );
    for (const word of [
      "force",
      "work",
      "energy",
      "momentum",
      "impulse",
      "power",
      "charge",
    ]) {
      expect(tokenizer.encode(` ${word} A`), word).toHaveLength(2);
    }
  });
});

test("the corpus draws from the train split alone", () => {
  const source = new Random(14, "train only");
  for (const domain of DOMAINS) {
    for (let i = 0; i < 200; i++)
      expect(splitOf(drawTask(domain, source, { split: "train" }).id)).toBe(
        "train",
      );
  }
});

test("maxNewTokens leaves room for every careful demonstration", () => {
  const tokenizer = Tokenizer.fromJson(trainBpe(documents, { vocabSize: 768 }));
  const source = new Random(15, "lengths");
  for (const domain of DOMAINS) {
    const kinds = worldSpec(domain).kinds.map(({ name }) => name);
    let longest = 0;
    for (let i = 0; i < 400; i++) {
      const task = drawTask(domain, source, { split: "train", kinds });
      const options = { careful: true, slip: 0 };
      for (const turn of worldSpec(domain).demonstrate(task, source, options)) {
        if (turn.role !== "assistant") continue;
        const tokens = tokenizer.encode(renderAssistant(turn)).length + 1;
        longest = Math.max(longest, tokens);
      }
    }
    console.log(`${domain}: longest turn ${longest} tokens`);
    expect(longest, domain).toBeLessThanOrEqual(spec(domain).maxNewTokens);
  }
});
