/** Whether a text starts with a verb. */
import type { Model, WinkMethods } from "wink-nlp";
import { requirePackage } from "../../../optionalPackage.js";
import { splitSentences } from "./punkt.js";

let loaded: WinkMethods | null = null;

function tagger(): WinkMethods {
  if (loaded !== null) return loaded;
  const load = <T>(name: string): T =>
    requirePackage<T>(
      name,
      "constraints on verbs",
      "npm install wink-nlp wink-eng-lite-web-model",
    );
  const wink = load<(model: Model, pipe: string[]) => WinkMethods>("wink-nlp");
  const english = load<Model>("wink-eng-lite-web-model");
  return (loaded = wink(english, ["sbd", "pos"]));
}

/** Longer sentences are cut: only the first word is asked for. */
const LONGEST = 400;

/**
 * Whether the first token of a text is a verb in its sentence.
 *
 * Deviates: the reference asks NLTK's perceptron tagger; this one asks wink-nlp, which counts an auxiliary as a verb too.
 *
 * @throws MissingPackageError wink-nlp or its model is not installed
 * @example
 * startsWithVerb("Write it down.")   // true
 */
export function startsWithVerb(text: string): boolean {
  const wink = tagger();
  const first = splitSentences(text)[0]?.slice(0, LONGEST) ?? "";
  const tags = wink.readDoc(first).tokens().out(wink.its.pos) as string[];
  return tags[0] === "VERB" || tags[0] === "AUX";
}
