import { describe, expect, it } from "vitest";
import {
  constraint,
  detectLanguage,
  followInstructions,
} from "../../../src/domains/instruction/index.js";
import { isJson } from "../../../src/domains/instruction/python/json.js";
import { readCsv } from "../../../src/domains/instruction/python/csv.js";

describe("followInstructions(ids, kwargs, response)", () => {
  const ids = ["punctuation:no_comma", "startend:quotation"];

  it("says which constraints hold and whether all do", () => {
    expect(followInstructions(ids, [null, {}], '"a, b"')).toEqual({
      instructions: [false, true],
      prompt: false,
    });
  });

  it("tries eight variants for each constraint when loose", () => {
    const response = 'Sure, here it is:\n**"no comma"**\nHope, it helps';
    expect(followInstructions(ids, [null, null], response).prompt).toBe(false);
    expect(
      followInstructions(ids, [null, null], response, { loose: true }).prompt,
    ).toBe(true);
  });

  it("never takes a blank variant for an answer", () => {
    const loose = { loose: true };
    expect(
      followInstructions(ids.slice(0, 1), [null], "a, b\n**", loose).prompt,
    ).toBe(true);
    expect(
      followInstructions(ids.slice(0, 1), [null], "a, b", loose).prompt,
    ).toBe(false);
  });

  it("throws TaskError when there are not as many kwargs as ids", () => {
    expect(() => followInstructions(ids, [null], "a")).toThrow(
      "followInstructions: ids and kwargs must have one length of at least 1, got 2 and 1",
    );
  });
});

describe("the rules of IFBench after its first release", () => {
  const head = { ifbench: "head" } as const;
  it.each([
    ["count:person_names", { N: 1 }, "Miami", "Mia"],
    ["count:pronouns", { N: 1 }, "i.t", "it's"],
    [
      "words:words_position",
      { keyword: "kite" },
      "a kites is kite b",
      "a, Kite is kite b.",
    ],
    ["sentence:keyword", { word: "art", N: 1 }, "Start.", "Art."],
    [
      "repeat:repeat_span",
      { prompt_to_repeat: "a b c d", n_start: 1, n_end: 2 },
      "b",
      "b c",
    ],
  ])("%s differ on %j", (id, kwargs, no, yes) => {
    expect(constraint(id, kwargs, head)(yes)).toBe(true);
    expect(constraint(id, kwargs, head)(no)).toBe(false);
    const release = constraint(id, kwargs);
    expect([release(yes), release(no)]).not.toEqual([true, false]);
  });
});

describe("Python's readers", () => {
  it.each(["[NaN, -Infinity]", ' {"a": [1.5e3, null]}\n', '"\\u00e9"', "0"])(
    "json.loads takes %j",
    (text) => expect(isJson(text)).toBe(true),
  );
  it.each([
    "",
    "01",
    "[1,]",
    "{1: 2}",
    '"\n"',
    "'a'",
    "1 2",
    '"\\x"',
    "[".repeat(5000),
    "9".repeat(5000),
  ])("json.loads refuses %j", (text) => expect(isJson(text)).toBe(false));
  it("csv.reader keeps quotes inside fields, joins doubled ones and gives empty lines as empty rows", () => {
    expect(readCsv('a"b,"c""d,\n"\n\ne')).toEqual([
      ['a"b', 'c"d,\n'],
      [],
      ["e"],
    ]);
    expect(readCsv("a\rb")).toBeNull();
  });
});

describe("detectLanguage(text)", () => {
  it("gives the same answer every time, and null without a letter", () => {
    const text =
      "Der Hafen ist heute ruhig, und zwei Boote sind hinausgefahren.";
    expect(detectLanguage(text)).toBe("de");
    expect(detectLanguage(text)).toBe("de");
    expect(detectLanguage("1 2 3")).toBeNull();
  });
});
