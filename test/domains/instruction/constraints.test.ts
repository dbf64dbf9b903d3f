import { describe, expect, it } from "vitest";
import {
  constraint,
  CONSTRAINTS,
  type Kwargs,
} from "../../../src/domains/instruction/index.js";
import { TaskError } from "../../../src/error.js";

type Row = [id: string, kwargs: Kwargs, passing: string[], failing: string[]];

const ROWS: Row[] = [
  [
    "keywords:existence",
    { keywords: ["dog", "tree"] },
    ["A DOG by the tree.", "hotdogs under treetops", "tree dog"],
    ["a dog", "a d o g and a tree", "god eert"],
  ],
  // Keywords are regular expressions in the real files.
  ["keywords:existence", { keywords: ["do[gt]"] }, ["dot", "Dog"], ["do[gt]"]],
  [
    "keywords:frequency",
    { keyword: "dog", frequency: 2, relation: "at least" },
    ["dog dog", "Dog, dogs", "dogdog"],
    ["dog", "do g dog", "doog dog"],
  ],
  [
    "keywords:frequency",
    { keyword: "dog", frequency: 2, relation: "less than" },
    ["dog", "cat"],
    ["dog DOG"],
  ],
  [
    "keywords:frequency",
    { keyword: "aa", frequency: 2, relation: "at least" },
    ["aaaa"],
    ["aaa"],
  ],
  [
    "keywords:forbidden_words",
    { forbidden_words: ["the", "near"] },
    ["a cat", "these nearby cats", "athe _the the_ thé"],
    ["The cat", "a cat (near) it", "a cat.the", "a NEAR"],
  ],
  [
    "keywords:forbidden_words",
    { forbidden_words: ["über"] },
    ["drüber übers"],
    ["das ÜBER dem"],
  ],
  [
    "keywords:letter_frequency",
    { letter: "E", let_frequency: 2, let_relation: "at least" },
    ["eE", "see"],
    ["e", "é è"],
  ],
  [
    "keywords:letter_frequency",
    { letter: "#", let_frequency: 1, let_relation: "less than" },
    ["none"],
    ["a #"],
  ],
  [
    "length_constraints:number_paragraphs",
    { num_paragraphs: 2 },
    ["one *** two", "*** one\n***\ntwo ***"],
    ["one", "one *** *** two", "one *** two *** three"],
  ],
  [
    "length_constraints:number_words",
    { num_words: 3, relation: "at least" },
    ["one two three", "1 2 3", "naïve über 東京", "a_b c d", "it's me"],
    ["one two", "--- *** ...", "one-two", "a_b_c"],
  ],
  [
    "length_constraints:number_words",
    { num_words: 3, relation: "less than" },
    ["one two", "!"],
    ["one two three"],
  ],
  [
    "length_constraints:nth_paragraph_first_word",
    { num_paragraphs: 2, nth_paragraph: 2, first_word: "Cat" },
    ["one\n\ncat, two", "one\n\n'\"Cat's two", "one\n\n  cat\n\n"],
    ["cat\n\none", "one\n\ntwo\n\ncat", "one\n\n\n\ncat", "one\n\ncats"],
  ],
  [
    "detectable_content:number_placeholders",
    { num_placeholders: 2 },
    ["[a] [b]", "[][]"],
    ["[a]", "[a\n] [b]", "] ["],
  ],
  [
    "detectable_content:postscript",
    { postscript_marker: "P.S." },
    ["x P.S. y", "x\np. s. y"],
    ["x PS y", "x P.S y"],
  ],
  [
    "detectable_content:postscript",
    { postscript_marker: "P.P.S" },
    ["x P.P.S y", "p. p. s"],
    ["x P.S. y"],
  ],
  [
    "detectable_format:number_bullet_lists",
    { num_bullets: 2 },
    ["* one\n* two", "- one\n  * two", "text\n-one\n*two"],
    [
      "* one",
      "* one\n* two\n* three",
      "** one\n** two",
      "one * two * three",
      '"* one\n* two"',
      "*one\r*two",
    ],
  ],
  [
    "detectable_format:constrained_response",
    {},
    ["My answer is yes.", "Well. My answer is maybe. Bye"],
    ["My answer is yes", "my answer is no.", "My answer is perhaps."],
  ],
  [
    "detectable_format:number_highlighted_sections",
    { num_highlights: 2 },
    ["*a* and *b*", "**a** and *b*"],
    ["*a*", "**a**", "* * and **", "*a\n* b"],
  ],
  [
    "detectable_format:multiple_sections",
    { section_spliter: "Section", num_sections: 2 },
    ["Section 1\na\nSection 2\nb", "Section1 a Section2"],
    ["Section 1", "section 1 section 2", "Section one Section two"],
  ],
  [
    "detectable_format:json_format",
    {},
    [
      '{"a": 1}',
      "3",
      '```json\n["x"]\n```',
      '```\n"x"\n```',
      "[NaN, -Infinity]",
      '{"a": "NaN"}',
    ],
    ["{a: 1}", "{'a': 1}", "[1,]", '{"a": 1} done', "--Infinity", "1NaN"],
  ],
  [
    "detectable_format:title",
    {},
    ["<<A title>> text", "text <<<x>>>"],
    ["<A title> text", "<<>>", "<< >>", "<<a\nb>>"],
  ],
  [
    "combination:two_responses",
    {},
    ["one ****** two", "******one******two******"],
    [
      "one",
      "one ****** one",
      "one ****** two ****** three",
      "one ************ two",
    ],
  ],
  [
    "combination:repeat_prompt",
    { prompt_to_repeat: "Say Hi" },
    [" say hi. Hi!"],
    ["Hi. say hi", "say  hi"],
  ],
  [
    "startend:end_checker",
    { end_phrase: "Good night" },
    ["so good night", '"So GOOD NIGHT"  ', "so good\u00a0night good night"],
    ["good night.", "good night all", "good\nnight", "good  night"],
  ],
  [
    "startend:quotation",
    {},
    ['"a dog"', ' "a"\n', '""'],
    ['"', '"a dog', "'a dog'", "“a dog”", 'x "a"'],
  ],
  [
    "change_case:english_capital",
    {},
    ["A DOG, 3.", "ÜBER"],
    ["A DoG", "123", "ß"],
  ],
  [
    "change_case:english_lowercase",
    {},
    ["a dog, 3.", "straße"],
    ["A dog", "123", "ǅ a"],
  ],
  ["punctuation:no_comma", {}, ["a dog; a cat", "a dog، a"], ["a dog, a cat"]],
  [
    "keywords:word_once",
    { keyword: "dog" },
    ["a Dog", "hotdogs"],
    ["a cat", "dog dogs"],
  ],
  [
    "keywords:word_count_different_numbers",
    { keyword: "dog", frequency: 2, relation: "at least" },
    ["dog dog"],
    ["dog"],
  ],
  // Case and both spaces count: the real rule, weak as it is.
  [
    "keywords:exclude_word_harder",
    { keyword: "the" },
    ["a cat", "The cat", "by the, cat"],
    ["by the cat"],
  ],
  [
    "paragraphs:paragraphs",
    {},
    ["one *** two"],
    ["one", "one *** two *** three", "one ****** two"],
  ],
  [
    "paragraphs:paragraphs2",
    {},
    ["one\n\ntwo", "\n\none\n\ntwo\n\n", "one\nmore\n\ntwo"],
    ["one", "one\ntwo", "one\n\n\n\ntwo", "a\n\nb\n\nc"],
  ],
  [
    "first_word:first_word_answer",
    { first_word: "dog" },
    ["Dog sees", "\n dog"],
    ["a dog", "dog, sees", "dogs", '"dog'],
  ],
  [
    "last_word:last_word_answer",
    { last_word: "dog" },
    ["a Dog.", 'a "dog!"'],
    ["dog a", "dogs", "a dog ."],
  ],
  ["punctuation:punctuation_dot", {}, ["a dog!"], ["a dog."]],
  ["punctuation:punctuation_exclamation", {}, ["a dog."], ["a dog!"]],
  [
    "count:lowercase_counting",
    { N: 2 },
    ["a dog", "A BIG Dog a b", "naïve x y"],
    ["a b c"],
  ],
  [
    "letters:letter_counting",
    { N: 3, relation: "at least" },
    ["a b c", "abc1"],
    ["ab1", "éüß"],
  ],
  [
    "letters:letter_counting",
    { N: 3, relation: "less than" },
    ["ab1"],
    ["abc"],
  ],
  [
    "letters:letter_counting2",
    { letter: "a", let_frequency: 2, let_relation: "at least" },
    ["aA"],
    ["a"],
  ],
  ["copy:copy", { prompt_to_repeat: "Say hi" }, [" SAY HI "], ["Say hi!"]],
  [
    "copy:copying_simple",
    { prompt_to_repeat: "Say hi" },
    ["say hi"],
    ["say  hi"],
  ],
  [
    "copy:copying_multiple",
    { prompt_to_repeat: "Hi", N: 2 },
    ["hi ****** HI"],
    ["hi", "hi****** ho", "hi******hi******hi"],
  ],
  ["detectable_format:square_brackets", {}, ["[a] [b]"], ["[a b]", "[a] b"]],
  [
    "detectable_format:bigram_wrapping",
    {},
    ["<<a b>>", "<<a b>> c"],
    ["<<a b>> <<c d", "a b", "<<a>> b"],
  ],
  [
    "keywords:palindrome",
    {},
    ["a dog", "see level"],
    ["dog Level", "no-one likes"],
  ],
  [
    "count:word_count_range",
    { min_words: 2, max_words: 3 },
    ["a b", "a b c"],
    ["a", "a b c d"],
  ],
  [
    "count:unique_word_count",
    { N: 3 },
    ["a b c", "a, A. b c!"],
    ["a b a", "a A, a."],
  ],
  [
    "words:paragraph_last_first",
    {},
    ["Dog sees dog.", "a b a\n\nc d c", '"dog sees a dog"', "dog"],
    ["dog sees cat", "dog, sees dog", "a b a\nc d"],
  ],
  ["words:repeats", { small_n: 1 }, ["a b c"], ["a b A."]],
];

describe.each(ROWS)("constraint(%j, %j)", (id, kwargs, passing, failing) => {
  // The published data and a detector have their tests in golden.test.ts: these examples are of case alone.
  const holds = constraint(id, kwargs, { detectLanguage: false });
  it.each(passing)("accepts %j", (text) => expect(holds(text)).toBe(true));
  it.each(failing)("refuses %j", (text) => expect(holds(text)).toBe(false));
});

describe("constraint(id, kwargs)", () => {
  it("never accepts a blank text", () => {
    for (const [id, kwargs] of ROWS) {
      for (const blank of ["", " \n\t", "\u2003\x1c"])
        expect(constraint(id, kwargs)(blank)).toBe(false);
    }
  });

  it("knows all 25 ids of IFEval, the 29 that IFEvalG adds and the 58 of IFBench", () => {
    const families = [...CONSTRAINTS.values()].map(({ family }) => family);
    const count = (name: string): number =>
      families.filter((family) => family === name).length;
    expect([count("ifeval"), count("ifevalg"), count("ifbench")]).toEqual([
      25, 29, 58,
    ]);
  });

  it.each(["", "nope", "__proto__", "constructor", "toString"])(
    "throws TaskError on the unknown id %j",
    (id) => {
      expect(() => constraint(id, {})).toThrow(
        `constraint: id must be a known constraint, got ${JSON.stringify(id)}`,
      );
    },
  );

  it("throws TaskError when an argument is missing, and never invents one", () => {
    for (const [id, kwargs] of ROWS) {
      for (const name of Object.keys(kwargs)) {
        const { [name]: _, ...rest } = kwargs;
        expect(() => constraint(id, rest), `${id} ${name}`).toThrow(TaskError);
        expect(
          () => constraint(id, { ...kwargs, [name]: null }),
          `${id} ${name}`,
        ).toThrow(TaskError);
      }
    }
    expect(() =>
      constraint("length_constraints:number_words", { num_words: 3 }),
    ).toThrow(
      'constraint: length_constraints:number_words needs relation to be "less than" or "at least", got nothing',
    );
    expect(() => constraint("length_constraints:number_words", null)).toThrow(
      TaskError,
    );
  });

  it("takes arguments that are padded with nulls, as the published files pad them", () => {
    const padded = {
      num_words: 2,
      relation: "at least",
      keyword: null,
      language: null,
    };
    expect(constraint("length_constraints:number_words", padded)("a b")).toBe(
      true,
    );
    expect(constraint("punctuation:no_comma", null)("a b")).toBe(true);
    expect(constraint("punctuation:no_comma", undefined)("a b")).toBe(true);
  });

  it("takes zero as a number", () => {
    expect(constraint("count:lowercase_counting", { N: 0 })("A B")).toBe(true);
    expect(constraint("count:lowercase_counting", { N: 0 })("a")).toBe(false);
  });

  it.each<[string, Kwargs]>([
    ["punctuation:no_comma", { N: 1 }],
    ["punctuation:no_comma", JSON.parse('{"__proto__": 1}') as Kwargs],
    [
      "length_constraints:number_words",
      { num_words: "3", relation: "at least" },
    ],
    [
      "length_constraints:number_words",
      { num_words: 2.5, relation: "at least" },
    ],
    [
      "length_constraints:number_words",
      { num_words: -1, relation: "at least" },
    ],
    [
      "length_constraints:number_words",
      { num_words: NaN, relation: "at least" },
    ],
    [
      "length_constraints:number_words",
      { num_words: 3, relation: "more than" },
    ],
    ["keywords:existence", { keywords: [] }],
    ["keywords:existence", { keywords: "dog" }],
    ["keywords:existence", { keywords: ["dog", 1] }],
    [
      "keywords:frequency",
      { keyword: " ", frequency: 1, relation: "at least" },
    ],
    [
      "keywords:letter_frequency",
      { letter: "ab", let_frequency: 1, let_relation: "at least" },
    ],
  ])("throws TaskError on %s with %j", (id, kwargs) => {
    expect(() => constraint(id, kwargs)).toThrow(TaskError);
  });

  it("throws TaskError on a keyword that is no regular expression", () => {
    expect(() =>
      constraint("keywords:existence", { keywords: ["c++"] }),
    ).toThrow(
      'constraint: keywords:existence needs keywords to be a list of regular expressions, got ["c++"]',
    );
    expect(() =>
      constraint("detectable_format:multiple_sections", {
        section_spliter: "(",
        num_sections: 1,
      }),
    ).toThrow(TaskError);
  });

  it.each(ROWS.map(([id, kwargs]) => [id, kwargs] as const))(
    "%s checks 20,000 hostile characters in time",
    (id, kwargs) => {
      const holds = constraint(id, kwargs);
      // Time of this process only: the machine may be busy.
      const start = process.cpuUsage();
      for (const part of [
        " ",
        "* ",
        "<<",
        "[",
        "\n\n",
        '"',
        '\\"',
        "-",
        "***",
      ]) {
        holds(part.repeat(20_000 / part.length) + "x");
        holds('"' + part.repeat(20_000 / part.length));
      }
      const { user } = process.cpuUsage(start); // µs
      expect(user).toBeLessThan(2e6);
    },
  );
});
