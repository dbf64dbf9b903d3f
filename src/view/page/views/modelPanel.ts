/** One model of the graph: options, provenance, cost, and what it is made from and for. */
import type { ModelInfo, StageInfo } from "../../data/types.js";
import { linkTo, type App } from "../app.js";
import { h, type Child } from "../dom.js";
import { count, option, seconds } from "../format.js";
import { progressText, signOf, stagesOf, wordOf } from "../standing.js";
import { numberCell, table, textCell } from "../table.js";

/** Links to models, with commas. */
function links(names: readonly string[]): Child[] {
  return names.flatMap((ref, i) => [
    i > 0 ? ", " : null,
    h("a", { href: linkTo("graph", { model: ref.split("@")[0]! }) }, ref),
  ]);
}

function seedRow(stage: StageInfo): {
  key: string;
  cells: ReturnType<typeof textCell>[];
} {
  const { seed, standing, note, progress, isHere } = stage;
  const tokens = Object.values(note?.tokens ?? {}).reduce((a, b) => a + b, 0);
  const missing = standing === "done" && !isHere ? ", weights not here" : "";
  const word = `${wordOf(standing)}${missing}`;
  return {
    key: stage.id,
    cells: [
      numberCell(seed, String(seed)),
      {
        ...textCell(word),
        show: h("span", {}, signOf(standing), " ", word),
      },
      textCell(progress?.error ?? progressText(stage)),
      numberCell(
        note?.seconds ?? null,
        note === null ? "–" : seconds(note.seconds),
      ),
      numberCell(tokens, tokens === 0 ? "–" : count(tokens)),
      numberCell(
        note?.flops ?? null,
        note && note.flops > 0 ? count(note.flops) : "–",
      ),
      textCell(note?.engine ?? ""),
      { ...textCell(note?.hash.slice(0, 12) ?? ""), class: "code" },
    ],
  };
}

function options(model: ModelInfo): HTMLElement {
  const parents = new Set(Object.keys(model.from));
  const entries = Object.entries(model.options).filter(
    ([key]) => !parents.has(key),
  );
  return h(
    "dl",
    { class: "options" },
    ...entries.flatMap(([key, value]) => [
      h("dt", {}, key),
      h("dd", {}, option(value)),
    ]),
  );
}

/** The panel. */
export function modelPanel(app: App, model: ModelInfo): HTMLElement {
  const { name, label, by, from } = model;
  const children = app.study.models.filter((other) =>
    Object.values(other.from)
      .flat()
      .some((ref) => ref.split("@")[0] === name),
  );
  const facts: Child[] = Object.entries(from).map(([key, refs]) =>
    h("p", {}, h("strong", {}, key), " ", ...links(refs)),
  );
  return h(
    "section",
    { class: "panel", id: "model-panel", "aria-label": `Model ${name}` },
    h(
      "div",
      { class: "panel-head" },
      h("h2", {}, label, label === name ? null : h("code", {}, name)),
      h(
        "button",
        {
          class: "quiet",
          id: "close-panel",
          "aria-label": "Close",
          click: () => app.set({ model: null }),
        },
        "✕",
      ),
    ),
    h("p", { class: "by" }, "made by ", h("strong", {}, by)),
    ...facts,
    children.length === 0
      ? null
      : h(
          "p",
          {},
          h("strong", {}, "used by"),
          " ",
          ...links(children.map((child) => child.name)),
        ),
    h(
      "p",
      { class: "links" },
      model.steps === null
        ? null
        : h("a", { href: linkTo("curves", { runs: name }) }, "Curves"),
      h("a", { href: linkTo("scores", { against: name }) }, "Compare scores"),
      h("a", { href: linkTo("completions", { models: name }) }, "Completions"),
    ),
    ...(by === "base" ? [] : [options(model), seeds(app, model)]),
  );
}

/** What the model took in each seed. */
function seeds(app: App, { name, label }: ModelInfo): HTMLElement {
  return table({
    caption: `${label}, seed by seed`,
    columns: [
      { key: "seed", label: "Seed", isNumber: true },
      { key: "state", label: "State" },
      { key: "progress", label: "Progress" },
      { key: "seconds", label: "Time", isNumber: true },
      { key: "tokens", label: "Tokens", isNumber: true },
      { key: "flops", label: "FLOPs", isNumber: true },
      { key: "engine", label: "Engine" },
      { key: "hash", label: "Note" },
    ],
    rows: stagesOf(app.study, name).map(seedRow),
  });
}
