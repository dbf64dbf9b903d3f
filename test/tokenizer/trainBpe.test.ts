import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  SPECIAL_TOKENS,
  Tokenizer,
  trainBpe,
} from "../../src/tokenizer/index.js";

interface Golden {
  vocabSize: number;
  texts: string[];
  tokenizer: {
    model: { vocab: Record<string, number>; merges: [string, string][] };
  };
  encodings: { text: string; ids: number[]; decoded: string }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/tokenizer/bpe.json", "utf8"),
) as Golden;

test("trainBpe(texts) writes the same tokenizer.json as the trainer of Python's tokenizers", () => {
  expect(trainBpe(golden.texts, { vocabSize: golden.vocabSize })).toEqual(
    golden.tokenizer,
  );
});

test("trainBpe(texts) gives ids 0 to 8 to the special tokens and learns nothing from them", () => {
  const json = trainBpe(["<|im_start|>aa<|im_end|>aa<think>aa</think>"], {
    vocabSize: 266,
  });
  const tokenizer = Tokenizer.fromJson(json);
  expect(SPECIAL_TOKENS.map((token) => tokenizer.id(token))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  expect((json as Golden["tokenizer"]).model.merges).toEqual([["a", "a"]]);
});

test("trainBpe(texts) breaks ties by the smallest ids and does not depend on the order of texts", () => {
  const texts = ["zz", "bb", "aa", "aa bb zz"];
  const merges = (order: string[]): unknown =>
    (trainBpe(order, { vocabSize: 267 }) as Golden["tokenizer"]).model.merges;
  expect(merges(texts)).toEqual([
    ["a", "a"],
    ["b", "b"],
  ]);
  expect(merges([...texts].reverse())).toEqual(merges(texts));
});

test("trainBpe(texts) never merges across digits, newlines before words, or pre-tokens", () => {
  const { merges } = (
    trainBpe(["123 123 123\n\n123 a1b2"], {
      vocabSize: 266,
    }) as Golden["tokenizer"]
  ).model;
  expect(merges).toEqual([["Ċ", "Ċ"]]);
});

test("trainBpe(texts) throws RangeError for a vocabulary below specials and bytes", () => {
  expect(() => trainBpe(["a"], { vocabSize: 264 })).toThrow(
    new RangeError(
      "trainBpe: vocabSize must be an integer of at least 265, got 264",
    ),
  );
  expect(() => trainBpe(["a"], { vocabSize: 300.5 })).toThrow(RangeError);
});

test("trainBpe(texts) throws TokenizerError when the texts run out of pairs", () => {
  expect(() => trainBpe(["aab"], { vocabSize: 512 })).toThrow(
    "trainBpe: texts must have enough pairs for vocabSize 512, got 267 tokens; give more text",
  );
});
