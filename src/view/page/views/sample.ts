/** One sample of several models side by side: prompt, thought, answer, tool calls, verdict. All of it as text, never as markup. */
import { transcriptOf, type TranscriptPart } from "../../data/transcript.js";
import type { KeptText, SampleView } from "../../data/types.js";
import { h, type Child } from "../dom.js";
import { isDark } from "../plots.js";

const SIGNS: Readonly<
  Record<string, { sign: string; word: string; name: string }>
> = {
  c: { sign: "✓", word: "correct", name: "correct" },
  w: { sign: "✕", word: "wrong", name: "wrong" },
  n: { sign: "∅", word: "no answer", name: "noAnswer" },
  t: { sign: "✂", word: "truncated", name: "truncated" },
  "-": { sign: "·", word: "no record", name: "none" },
};

/** The sign of an outcome, with its word. */
export function outcomeSign(letter: string): HTMLElement {
  const { sign, word, name } = SIGNS[letter] ?? SIGNS["-"]!;
  return h(
    "span",
    { class: `outcome ${name}`, title: word },
    h("span", { "aria-hidden": "true" }, sign),
    h("span", { class: "unseen" }, `${word} `),
  );
}

function signOfOutcome(outcome: string | null): HTMLElement {
  const letter =
    Object.entries(SIGNS).find(
      ([, { name }]) => name === (outcome ?? "none"),
    )?.[0] ?? "-";
  return outcomeSign(letter);
}

const TITLES: Readonly<Record<TranscriptPart["kind"], string>> = {
  thought: "Thought",
  text: "Answer",
  call: "Tool call",
  result: "Result",
  role: "Turn of",
};

/** Characters of a tool call that need no line breaks. */
const SHORT = 64;

/** Long JSON of a tool call with line breaks; what is none stays as it is. */
function pretty(text: string): string {
  if (text.length <= SHORT) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}

function partView({ kind, text }: TranscriptPart): Child {
  if (kind === "role") return h("p", { class: "role" }, text);
  const shown = kind === "call" || kind === "result" ? pretty(text) : text;
  return h(
    "div",
    { class: `part ${kind}` },
    h("p", { class: "part-title" }, TITLES[kind]),
    h("pre", {}, shown),
  );
}

/** Log-probability, negative, from which on a token has the strongest colour. */
const UNLIKELY = 4;

/** Tokens coloured by log-probability: the stronger, the less likely; what the model did not sample is faint. */
function tokensView(pieces: NonNullable<KeptText["pieces"]>): HTMLElement {
  return h(
    "div",
    { class: "part tokens" },
    h(
      "p",
      { class: "part-title" },
      "Tokens, coloured by log-probability: the stronger, the less likely",
    ),
    h(
      "pre",
      {},
      ...pieces.map(({ text, logprob }) => {
        if (logprob === null) return h("span", { class: "given" }, text);
        const title = `log-probability ${logprob.toFixed(2)}`;
        const token = h("span", { class: "token", title }, text);
        const strength = Math.min(1, -logprob / UNLIKELY);
        token.style.backgroundColor = isDark()
          ? `rgba(240, 160, 60, ${0.6 * strength})`
          : `rgba(213, 94, 0, ${0.55 * strength})`;
        return token;
      }),
    ),
  );
}

function textView(text: KeptText | null, isRecorded: boolean): Child[] {
  if (text === null)
    return [
      h(
        "p",
        { class: "empty" },
        isRecorded ? "The text was not kept." : "No record.",
      ),
    ];
  const { completion, detail, pieces } = text;
  return [
    detail === null ? null : h("p", { class: "detail" }, detail),
    ...transcriptOf(completion).map(partView),
    pieces === null ? null : tokensView(pieces),
    h(
      "details",
      {},
      h("summary", {}, "As the model wrote it"),
      h("pre", { class: "raw" }, completion),
    ),
  ];
}

/** What the view of a sample can do. */
export interface SampleActions {
  /** Names of the models as tables call them. */
  labels: readonly string[];
  /** Change the address. */
  open(changes: Readonly<Record<string, string | null>>): void;
  link: HTMLElement;
}

function head(found: SampleView, { open, link }: SampleActions): HTMLElement {
  const { task, sample, samples, before, after } = found;
  const step = (label: string, id: string, to: string | null): HTMLElement =>
    h(
      "button",
      {
        ...{ class: "quiet", id, disabled: to === null },
        click: () => open({ task: to, sample: null }),
      },
      label,
    );
  const choice = (i: number): HTMLElement =>
    h(
      "button",
      {
        ...{ class: "quiet", id: `sample-${i}` },
        "aria-pressed": i === sample ? "true" : "false",
        click: () => open({ task, sample: String(i) }),
      },
      `sample ${i + 1}`,
    );
  const choices = Array.from({ length: samples }, (_, i) => choice(i));
  return h(
    "div",
    { class: "sample-head" },
    h("h2", {}, task),
    h(
      "p",
      { class: "actions" },
      step("← task", "task-before", before),
      step("task →", "task-after", after),
      samples < 2
        ? null
        : h(
            "span",
            { class: "group", role: "group", "aria-label": "Sample" },
            ...choices,
          ),
      link,
    ),
  );
}

function completion(
  { model, outcome, tokens, text }: SampleView["cells"][number],
  label: string,
): HTMLElement {
  const count =
    tokens === null
      ? null
      : h("span", { class: "tokens-count" }, `${tokens} tokens`);
  return h(
    "article",
    { class: "completion", "data-model": model, "data-outcome": outcome },
    h("h3", {}, signOfOutcome(outcome), " ", label, count),
    ...textView(text, outcome !== null),
  );
}

/** The view. */
export function sampleView(
  found: SampleView,
  actions: SampleActions,
): HTMLElement {
  const { task, prompt, sample, cells } = found;
  return h(
    "div",
    { "data-sample": `${task}/${sample}` },
    head(found, actions),
    prompt === null
      ? h("p", { class: "empty" }, "The prompt of this task is not known here.")
      : h(
          "div",
          { class: "part prompt-part" },
          h("p", { class: "part-title" }, "Prompt"),
          h("pre", {}, prompt),
        ),
    h(
      "div",
      { class: "columns" },
      ...cells.map((cell, i) => completion(cell, actions.labels[i]!)),
    ),
  );
}
