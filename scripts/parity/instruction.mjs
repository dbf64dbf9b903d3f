/** Constraints, sentences and tokens against the published checkers and NLTK: test/golden/instruction/. */
import { readFileSync } from "node:fs";
import {
  constraint,
  ruleSentences,
  splitSentences,
  wordTokenize,
} from "../../dist/domains/instruction/index.js";

const golden = (name) =>
  JSON.parse(
    readFileSync(
      new URL(`../../test/golden/instruction/${name}.json`, import.meta.url),
      "utf8",
    ),
  );
const short = (text) => JSON.stringify(text).slice(0, 100);

const LANGUAGE =
  "too short to tell: langdetect changes its answer with its random numbers, or names Catalan or Welsh";
const SENTENCE =
  "a sentence that starts with Next after an unlisted abbreviation";
/** Why a rule may differ. */
const WHY = {
  "language:response_language": LANGUAGE,
  "change_case:english_lowercase": LANGUAGE,
  "change_case:english_capital": LANGUAGE,
  "words:odd_even_syllables":
    "syllapy looks words up in a dictionary, ours counts by rules",
  "length_constraints:number_sentences": SENTENCE,
  sentences: SENTENCE,
  tokens: SENTENCE,
};

function constraintRow(name, oracle, { rows, versions }, texts) {
  const own = rows.filter((row) => row.oracle === oracle);
  const differing = own.flatMap(({ id, kwargs, verdicts }) => {
    const holds = constraint(id, kwargs);
    return texts.flatMap((text, i) =>
      holds(text) === (verdicts[i] === "1")
        ? []
        : [
            {
              what: `${id} ${JSON.stringify(kwargs)} on ${short(text)}`,
              why: verdicts[i] === "E" ? "the reference fails" : WHY[id],
            },
          ],
    );
  });
  const total = own.length * texts.length;
  return { name: `${name} (${oracle})`, total, differing, versions };
}

function splitterRow(name, split, { texts, versions, [name]: expected }, set) {
  const differing = texts
    .filter(
      (text, i) => JSON.stringify(split(text)) !== JSON.stringify(expected[i]),
    )
    .map((text) => ({ what: short(text), why: WHY[name] }));
  return { name: `${set}${name}`, total: texts.length, differing, versions };
}

/** Rows of one set: constraints by reference, sentences, sentences by rules, tokens. */
function setRows(set, constraints, language) {
  const oracles = [...new Set(constraints.rows.map(({ oracle }) => oracle))];
  return [
    ...oracles.map((oracle) =>
      constraintRow(`${set}constraints`, oracle, constraints, language.texts),
    ),
    splitterRow("sentences", splitSentences, language, set),
    splitterRow("ruleSentences", ruleSentences, language, set),
    splitterRow("tokens", wordTokenize, language, set),
  ];
}

/** One row for each reference of constraints, and one each for sentences, sentences by rules and tokens, of both sets of inputs. */
export function instructionParity() {
  const fresh = golden("fresh");
  return [
    ...setRows("", golden("constraints"), golden("language")),
    ...setRows("fresh ", fresh, fresh),
  ];
}
