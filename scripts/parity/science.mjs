/** Multiple choice and short answers against NeMo-Gym's server and rules written anew: test/golden/science/. */
import { readFileSync } from "node:fs";

const golden = (name) =>
  JSON.parse(
    readFileSync(
      new URL(`../../test/golden/science/${name}.json`, import.meta.url),
      "utf8",
    ),
  );
const short = (value) => JSON.stringify(value).slice(0, 160);

/** Why a choice may differ. */
function why(texts, text, got) {
  if (/\\boxed\{\\text\{[A-Z]\}\}/.test(text))
    return "a letter in \\text inside the box: read here, not there";
  if (got === null && new Set(texts).size < texts.length)
    return "two options have the same text: none is chosen here, the first there";
  if (got?.how === "text")
    return "the box holds the whole text of an option: that option is chosen here, its first letter there";
  return undefined;
}

function choiceRow(readChoice, oracle, { cases, versions }) {
  const own = cases.filter(([name]) => name === oracle);
  const differing = own.flatMap(([, texts, pattern, text, wanted]) => {
    const got = readChoice(text, {
      count: texts.length,
      texts,
      ...(pattern === null ? {} : { pattern }),
    });
    return (got?.letter ?? null) === wanted
      ? []
      : [
          {
            what: `${wanted} ≠ ${short(got)}: ${short(text)} of ${short(texts)}`,
            why: oracle === "rules" ? undefined : why(texts, text, got),
          },
        ];
  });
  const name = `choice (${oracle})`;
  const reference = oracle === "rules" ? ["rules written anew"] : versions;
  return { name, total: own.length, differing, versions: reference };
}

function hleRow(gradeHleExact, { cases }) {
  const differing = cases
    .filter(
      ([reference, text, right]) =>
        (gradeHleExact(reference, text).reward === 1) !== right,
    )
    .map(([reference, text]) => ({
      what: `${short(reference)} ← ${short(text)}`,
    }));
  const versions = ["rules written anew"];
  return { name: "hleExact", total: cases.length, differing, versions };
}

/**
 * One row for each reference of multiple choice, one for short answers.
 *
 * @param library  the room `domains`, built or from its source
 */
export function scienceParity({ readChoice, gradeHleExact }) {
  const choice = golden("choice");
  return [
    choiceRow(readChoice, "nemo-gym", choice),
    choiceRow(readChoice, "rules", choice),
    hleRow(gradeHleExact, golden("hle")),
  ];
}
