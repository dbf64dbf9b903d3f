/** Verdicts of the published checkers on two sets of texts written for it (scripts/golden/instruction/instruction.py). */
import { describe, expect, it, test } from "vitest";
import {
  constraint,
  CONSTRAINTS,
  ruleSentences,
  splitSentences,
  wordTokenize,
} from "../../../src/domains/instruction/index.js";
import constraints from "../../golden/instruction/constraints.json" with { type: "json" };
import fresh from "../../golden/instruction/fresh.json" with { type: "json" };
import language from "../../golden/instruction/language.json" with { type: "json" };

interface Row {
  id: string;
  kwargs: Record<string, unknown>;
  oracle: string;
  verdicts: string;
}

/** Set → its texts and its constraints with verdicts. */
const SETS: Readonly<Record<string, { texts: string[]; rows: Row[] }>> = {
  first: {
    texts: language.texts,
    rows: constraints.rows as unknown as Row[],
  },
  fresh: { texts: fresh.texts, rows: fresh.rows as unknown as Row[] },
};

/** Rules that rest on a statistical model or a dictionary of their own: the share of texts that may differ. */
const INEXACT: Readonly<Record<string, number>> = {
  // Single words and lists of names, where the original itself changes its answer with its random numbers.
  "language:response_language": 0.04,
  "change_case:english_lowercase": 0.03,
  "length_constraints:number_sentences": 0.01,
  // syllapy has a dictionary; ours are rules.
  "words:odd_even_syllables": 0.03,
};

/** Texts on which ours differs from the reference; a checker that raised an error did not pass. */
function differing({ id, kwargs, verdicts }: Row, texts: string[]): string[] {
  const holds = constraint(id, kwargs);
  return texts.filter(
    (text, i) => verdicts[i] !== "E" && holds(text) !== (verdicts[i] === "1"),
  );
}

describe.each(Object.entries(SETS))(
  "the published checkers, %s set",
  (_, { texts, rows }) => {
    it("cover every id but words:start_verb, with 200 texts or more", () => {
      const ids = new Set(rows.map(({ id }) => id));
      expect(texts.length).toBeGreaterThanOrEqual(200);
      expect([...CONSTRAINTS.keys()].filter((id) => !ids.has(id))).toEqual([
        "words:start_verb",
      ]);
    });

    it.each(
      rows.map((row) => [row.id, JSON.stringify(row.kwargs), row] as const),
    )("agree on %s with %s", (id, _, row) => {
      const found = differing(row, texts);
      expect(
        found.length,
        found.map((text) => JSON.stringify(text)).join("\n"),
      ).toBeLessThanOrEqual((INEXACT[id] ?? 0) * texts.length);
    });
  },
);

test("every id has texts that pass and texts that fail", () => {
  const verdicts = new Map<string, string>();
  for (const row of Object.values(SETS).flatMap(({ rows }) => rows))
    verdicts.set(row.id, (verdicts.get(row.id) ?? "") + row.verdicts);
  for (const [id, found] of verdicts) expect(found, id).toMatch(/1.*0|0.*1/);
});

describe.each([
  ["first", language],
  ["fresh", fresh],
])("NLTK, %s set", (_, { texts, sentences, tokens, ruleSentences: rules }) => {
  const share = (
    ours: (text: string) => string[],
    theirs: string[][],
  ): number =>
    texts.filter(
      (text, i) => JSON.stringify(ours(text)) === JSON.stringify(theirs[i]),
    ).length / texts.length;

  it("splits 99 % of the texts into the same sentences", () => {
    expect(share(splitSentences, sentences)).toBeGreaterThan(0.99);
  });

  it("splits 99 % of the texts into the same tokens", () => {
    expect(share(wordTokenize, tokens)).toBeGreaterThan(0.99);
  });

  it("has a splitter by rules that ours equals on every text", () => {
    expect(share(ruleSentences, rules)).toBe(1);
  });
});
