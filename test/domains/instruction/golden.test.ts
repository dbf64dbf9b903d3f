/** Verdicts of the published checkers on texts written for it (scripts/golden/instruction.py). */
import { describe, expect, it } from "vitest";
import {
  constraint,
  CONSTRAINTS,
  ruleSentences,
  splitSentences,
  wordTokenize,
} from "../../../src/domains/instruction/index.js";
import constraints from "../../golden/instruction/constraints.json" with { type: "json" };
import language from "../../golden/instruction/language.json" with { type: "json" };

interface Row {
  id: string;
  kwargs: Record<string, unknown>;
  oracle: string;
  verdicts: string;
}

const ROWS = constraints.rows as unknown as Row[];

/** Rules that rest on a statistical model or a dictionary of their own: the share of texts that may differ. */
const INEXACT: Readonly<Record<string, number>> = {
  // Single words and lists of names, where the original itself changes its answer with its random numbers.
  "language:response_language": 0.04,
  "change_case:english_lowercase": 0.02,
  "length_constraints:number_sentences": 0.01,
  // syllapy has a dictionary; ours are rules.
  "words:odd_even_syllables": 0.03,
};

/** Indices of texts on which ours differs from the reference; a checker that raised an error did not pass. */
function differing({ id, kwargs, verdicts }: Row): number[] {
  const holds = constraint(id, kwargs);
  return language.texts.flatMap((text, i) =>
    holds(text) === (verdicts[i] === "1") ? [] : [i],
  );
}

describe("the published checkers", () => {
  it("cover every id but words:start_verb, with texts that pass and texts that fail", () => {
    const ids = new Map<string, string>();
    for (const { id, verdicts } of ROWS)
      ids.set(id, (ids.get(id) ?? "") + verdicts);
    expect([...CONSTRAINTS.keys()].filter((id) => !ids.has(id))).toEqual([
      "words:start_verb",
    ]);
    for (const [id, verdicts] of ids) expect(verdicts, id).toMatch(/1.*0|0.*1/);
  });

  it.each(
    ROWS.map((row) => [row.id, JSON.stringify(row.kwargs), row] as const),
  )("agree on %s with %s", (id, _, row) => {
    const most = (INEXACT[id] ?? 0) * language.texts.length;
    const found = differing(row);
    expect(
      found.length,
      found.map((i) => JSON.stringify(language.texts[i])).join("\n"),
    ).toBeLessThanOrEqual(most);
  });
});

describe("NLTK", () => {
  const share = (
    ours: (text: string) => string[],
    theirs: string[][],
  ): number =>
    language.texts.filter(
      (text, i) => JSON.stringify(ours(text)) === JSON.stringify(theirs[i]),
    ).length / language.texts.length;

  it("splits 99 % of the texts into the same sentences", () => {
    expect(share(splitSentences, language.sentences)).toBeGreaterThan(0.99);
  });

  it("splits 99 % of the texts into the same tokens", () => {
    expect(share(wordTokenize, language.tokens)).toBeGreaterThan(0.99);
  });

  it("has a splitter by rules that ours equals on every text", () => {
    expect(share(ruleSentences, language.ruleSentences)).toBe(1);
  });
});
