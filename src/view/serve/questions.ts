/** The questions that a page may ask over HTTP, and how their parameters are read; none changes anything. */
import type { Resources } from "../data/resources.js";

/** Longest list of models in a question. */
const MOST_MODELS = 200;

/** A number of a question; NaN is refused. */
function whole(params: URLSearchParams, key: string): number {
  const value = Number(params.get(key) ?? "0");
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function text(params: URLSearchParams, key: string): string {
  return params.get(key) ?? "";
}

function models(params: URLSearchParams): string[] {
  return params.getAll("model").slice(0, MOST_MODELS);
}

/** The place of a block; names that would lead out of the run's folder are none. */
function placeOf(params: URLSearchParams): {
  measure: string;
  seed: number;
  benchmark: string;
} {
  return {
    measure: text(params, "measure"),
    seed: whole(params, "seed"),
    benchmark: text(params, "benchmark"),
  };
}

/** Whether the study has what a question names: nothing else is looked for on disk. */
function isKnown(resources: Resources, params: URLSearchParams): boolean {
  const own = resources
    .measures()
    .find(({ measure }) => measure === params.get("measure"));
  return (
    own !== undefined &&
    own.benchmarks.some(({ name }) => name === params.get("benchmark")) &&
    models(params).every((model) => own.models.includes(model))
  );
}

/** Each question by its name; null: there is no such thing. */
export const QUESTIONS: Readonly<
  Record<string, (resources: Resources, params: URLSearchParams) => unknown>
> = {
  study: (resources) => resources.study(),
  runs: (resources) => resources.runs(),
  curve: (resources, params) =>
    resources.curve(text(params, "model"), whole(params, "seed")),
  places: (resources) => resources.places(),
  scores: (resources, params) =>
    resources.scores(text(params, "measure"), params.get("against")),
  tasks: (resources, params) =>
    isKnown(resources, params)
      ? resources.tasks(placeOf(params), {
          models: models(params),
          outcome: text(params, "outcome"),
          differ: params.has("differ"),
          kept: params.has("kept"),
          text: text(params, "text"),
          page: whole(params, "page"),
        })
      : null,
  sample: (resources, params) =>
    isKnown(resources, params)
      ? resources.sample(placeOf(params), {
          models: models(params),
          task: text(params, "task"),
          sample: whole(params, "sample"),
        })
      : null,
  rows: (resources, params) => resources.rows(text(params, "name")),
  claims: (resources) => resources.claims(),
};
