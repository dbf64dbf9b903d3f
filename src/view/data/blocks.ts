/** Questions to the records of one benchmark: which tasks fit, and what models wrote side by side. The same on a server and in a page. */
import { OUTCOMES } from "./types.js";
import type {
  Block,
  KeptText,
  ModelRecords,
  SampleView,
  TaskPage,
  TaskQuery,
} from "./types.js";

/** Tasks of a page. */
export const PER_PAGE = 50;

/** The kept text of a sample; null where there is none. */
export type TextOf = (
  model: string,
  task: number,
  sample: number,
) => KeptText | null;

/** The letters of a task's samples. */
function lettersOf(block: Block, model: string, task: number): string {
  const from = task * block.samples;
  return (
    block.models[model]?.outcomes.slice(from, from + block.samples) ??
    "-".repeat(block.samples)
  );
}

/** Whether at one sample one model is right and another is not; samples without a record say nothing. */
function areApart(letters: readonly string[], samples: number): boolean {
  for (let s = 0; s < samples; s++) {
    const known = letters.map((own) => own[s]!).filter((own) => own !== "-");
    if (known.includes("c") && known.some((own) => own !== "c")) return true;
  }
  return false;
}

/**
 * One page of the tasks that fit a query.
 *
 * @param textOf  reads kept texts, only asked where the query has a text
 * @example
 * listTasks(block, { models: ["sft", "ties"], outcome: "", differ: true, kept: false, text: "", page: 0 }, textOf).count // 1
 */
export function listTasks(
  block: Block,
  query: TaskQuery,
  textOf: TextOf,
): TaskPage {
  const { models, page } = query;
  const keptBy = models.map((model) => ({
    model,
    samples: keptSamples(block, model),
  }));
  const letters = block.tasks.map((_, task) =>
    models.map((model) => lettersOf(block, model, task)),
  );
  const isKept = (task: number): boolean =>
    keptBy.some(({ samples }) => samples.has(task));
  const fits = (task: number): boolean =>
    (query.outcome === "" ||
      letters[task]!.some((own) => own.includes(query.outcome))) &&
    (!query.differ || areApart(letters[task]!, block.samples)) &&
    (!query.kept || isKept(task)) &&
    (query.text === "" || hasText(block, query.text, task, keptBy, textOf));
  const found = block.tasks.flatMap((_, task) => (fits(task) ? [task] : []));
  const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
  const shown = Math.min(Math.max(0, page), pages - 1);
  return {
    page: shown,
    pages,
    count: found.length,
    all: block.tasks.length,
    samples: block.samples,
    rows: found
      .slice(shown * PER_PAGE, (shown + 1) * PER_PAGE)
      .map((task) => ({
        task: block.tasks[task]!,
        prompt: block.prompts[task] ?? null,
        outcomes: letters[task]!,
        kept: isKept(task),
      })),
  };
}

/** The samples whose texts a model's records keep, by task. */
function keptSamples(block: Block, model: string): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const place of block.models[model]?.kept ?? []) {
    const task = Math.floor(place / block.samples);
    const own = found.get(task) ?? [];
    own.push(place % block.samples);
    found.set(task, own);
  }
  return found;
}

function hasText(
  block: Block,
  text: string,
  task: number,
  keptBy: readonly { model: string; samples: Map<number, number[]> }[],
  textOf: TextOf,
): boolean {
  const wanted = text.toLowerCase();
  const has = (own: string | null | undefined): boolean =>
    own?.toLowerCase().includes(wanted) === true;
  if (has(block.tasks[task]) || has(block.prompts[task])) return true;
  return keptBy.some(({ model, samples }) =>
    (samples.get(task) ?? []).some((sample) => {
      const own = textOf(model, task, sample);
      return has(own?.completion) || has(own?.detail);
    }),
  );
}

function cellOf(
  block: Block,
  model: string,
  place: number,
  text: KeptText | null,
): SampleView["cells"][number] {
  const own: ModelRecords | undefined = block.models[model];
  const letter = own?.outcomes[place] ?? "-";
  if (letter === "-") return { model, outcome: null, tokens: null, text };
  return {
    model,
    outcome: OUTCOMES[letter as keyof typeof OUTCOMES],
    tokens: own?.tokens[place] ?? null,
    text,
  };
}

/**
 * One sample of a task, by several models.
 *
 * @returns null where the block has no such task
 */
export function sampleOf(
  block: Block,
  { models, task, sample }: { models: string[]; task: string; sample: number },
  textOf: TextOf,
): SampleView | null {
  const place = block.tasks.indexOf(task);
  if (place < 0) return null;
  const own = Math.min(Math.max(0, sample), block.samples - 1);
  return {
    task,
    prompt: block.prompts[place] ?? null,
    sample: own,
    samples: block.samples,
    before: block.tasks[place - 1] ?? null,
    after: block.tasks[place + 1] ?? null,
    cells: models.map((model) =>
      cellOf(
        block,
        model,
        place * block.samples + own,
        textOf(model, place, own),
      ),
    ),
  };
}
