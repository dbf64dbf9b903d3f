/** Page "Graph": the models and how each was made, with what is done, running and broken. */
import type { ModelInfo, StageInfo, StudyInfo } from "../../data/types.js";
import type { App, Page } from "../app.js";
import { h, replace, s } from "../dom.js";
import { seconds } from "../format.js";
import {
  progressText,
  signOf,
  stagesOf,
  together,
  wordOf,
} from "../standing.js";
import { table, textCell } from "../table.js";
import { modelPanel } from "./modelPanel.js";

/** Models of one entry of the study file, and how far from the base model they are. */
interface Entry {
  list: string;
  models: ModelInfo[];
  parents: string[];
  depth: number;
}

/** Entries in columns: each stands behind all that it is made from. */
export function entriesOf(models: readonly ModelInfo[]): Entry[] {
  const lists = new Map(models.map(({ name, list }) => [name, list]));
  const depths = new Map<string, number>();
  const names = [...new Set(models.map(({ list }) => list))];
  return names.map((list) => {
    const own = models.filter((model) => model.list === list);
    const parents = own
      .flatMap(({ from }) => Object.values(from).flat())
      .map((ref) => ref.split("@")[0]!)
      .map((name) => lists.get(name) ?? name)
      .filter((name) => name !== list);
    const depth = Math.max(
      0,
      ...parents.map((name) => (depths.get(name) ?? 0) + 1),
    );
    depths.set(list, depth);
    return { list, models: own, parents: [...new Set(parents)], depth };
  });
}

function chip(app: App, model: ModelInfo): HTMLElement {
  const stages = stagesOf(app.study, model.name);
  const standing = model.by === "base" ? "done" : together(stages);
  const running = stages.find((stage) => stage.standing === "running");
  const share =
    running?.progress && running.progress.total > 0
      ? running.progress.done / running.progress.total
      : null;
  const isChosen = app.params.get("model") === model.name;
  return h(
    "button",
    {
      id: `model-${model.name}`,
      class: `chip ${standing}`,
      "data-model": model.name,
      "data-standing": standing,
      "aria-pressed": isChosen ? "true" : "false",
      click: () => app.set({ model: isChosen ? null : model.name }),
    },
    signOf(standing),
    h("span", { class: "name" }, model.label),
    share === null
      ? null
      : h("progress", {
          max: 1,
          value: share,
          "aria-label": progressText(running!),
        }),
  );
}

function card(app: App, { list, models, parents }: Entry): HTMLElement {
  const [first] = models;
  const head = models.length === 1 && first!.name === list ? null : list;
  return h(
    "section",
    { class: "card", "data-entry": list, "aria-label": list },
    h(
      "p",
      { class: "by" },
      head === null ? null : h("strong", {}, head),
      h("span", { class: "kind" }, first!.by),
    ),
    h("div", { class: "chips" }, ...models.map((model) => chip(app, model))),
    parents.length === 0
      ? null
      : h("p", { class: "parents" }, "from ", parents.join(", ")),
  );
}

/** Parents that are not already parents of other parents: a line that others imply would only run behind cards. */
function nearest({ parents }: Entry, entries: readonly Entry[]): string[] {
  const above = new Set<string>();
  const visit = (list: string): void => {
    const found = entries.find((entry) => entry.list === list);
    for (const parent of found?.parents ?? []) {
      above.add(parent);
      visit(parent);
    }
  };
  parents.forEach(visit);
  return parents.filter((parent) => !above.has(parent));
}

/** Lines from each card to those that it is made from; drawn where the columns stand side by side. */
function drawLines(graph: HTMLElement, entries: readonly Entry[]): void {
  graph.querySelector("svg.lines")?.remove();
  const frame = graph.getBoundingClientRect();
  const places = new Map(
    [...graph.querySelectorAll<HTMLElement>(".card")].map((element) => [
      element.dataset["entry"]!,
      element.getBoundingClientRect(),
    ]),
  );
  const lines = entries.flatMap((entry) =>
    nearest(entry, entries).flatMap((parent) => {
      const from = places.get(parent);
      const to = places.get(entry.list);
      if (!from || !to || to.left < from.right) return [];
      const [x1, y1] = [
        from.right - frame.left,
        from.top + from.height / 2 - frame.top,
      ];
      const [x2, y2] = [
        to.left - frame.left,
        to.top + to.height / 2 - frame.top,
      ];
      const bend = Math.min(60, (x2 - x1) / 2);
      return [
        s("path", {
          d: `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
        }),
      ];
    }),
  );
  graph.prepend(
    s(
      "svg",
      {
        class: "lines",
        "aria-hidden": "true",
        width: graph.scrollWidth,
        height: graph.scrollHeight,
      },
      ...lines,
    ),
  );
}

/** What is under way, and what ended badly. */
function underWay({ stages }: StudyInfo): HTMLElement | null {
  const shown = stages.filter(({ standing }) =>
    ["running", "failed", "killed", "stopped"].includes(standing),
  );
  if (shown.length === 0) return null;
  return h(
    "section",
    { class: "underway" },
    h("h2", {}, "Under way"),
    table({
      caption: "Stages that are under way, or ended before they were done",
      columns: [
        { key: "stage", label: "Stage" },
        { key: "state", label: "State" },
        { key: "progress", label: "Progress" },
        { key: "seconds", label: "Time", isNumber: true },
        { key: "host", label: "Machine" },
      ],
      rows: shown.map((stage) => ({
        key: stage.id,
        cells: [
          textCell(stage.id),
          {
            ...textCell(wordOf(stage.standing)),
            show: h(
              "span",
              { "data-stage": stage.id, "data-standing": stage.standing },
              signOf(stage.standing),
              " ",
              wordOf(stage.standing),
            ),
          },
          textCell(stage.progress?.error ?? progressText(stage)),
          textCell(stage.progress ? seconds(stage.progress.seconds) : ""),
          textCell(stage.progress?.host ?? ""),
        ],
      })),
    }),
  );
}

/** How far each measure is. */
function measures({ measures: all, stages }: StudyInfo): HTMLElement {
  const of = (name: string): StageInfo[] =>
    stages.filter(
      ({ id }) =>
        id === `analysis/${name}` ||
        id === name ||
        (/^seed\d+\//.test(id) && id.split("/")[1] === name),
    );
  return h(
    "section",
    {},
    h("h2", {}, "Measures"),
    table({
      caption: "Measures and how far they are",
      columns: [
        { key: "name", label: "Measure" },
        { key: "state", label: "State" },
        { key: "done", label: "Stages done", isNumber: true },
        { key: "about", label: "What it measures" },
      ],
      rows: all.map(({ name, about }) => {
        const own = of(name);
        const standing = together(own);
        const done = own.filter((stage) => stage.standing === "done").length;
        return {
          key: name,
          cells: [
            textCell(name),
            {
              ...textCell(wordOf(standing)),
              show: h("span", {}, signOf(standing), " ", wordOf(standing)),
            },
            textCell(`${done} of ${own.length}`),
            textCell(about),
          ],
        };
      }),
    }),
  );
}

/** The page. */
export function graphPage(app: App): Page {
  const element = h("div", { class: "page graph-page" });
  let frame: HTMLElement | null = null;
  let entries: Entry[] = [];
  /** The model whose panel was last brought into sight. */
  let seen: string | null = null;
  new ResizeObserver(() => {
    if (frame?.isConnected) drawLines(frame, entries);
  }).observe(element);
  return {
    element,
    draw() {
      entries = entriesOf(app.study.models);
      const depth = Math.max(...entries.map((entry) => entry.depth));
      const columns = Array.from({ length: depth + 1 }, (_, column) =>
        h(
          "div",
          { class: "column" },
          ...entries
            .filter((entry) => entry.depth === column)
            .map((entry) => card(app, entry)),
        ),
      );
      const chosen = app.study.models.find(
        ({ name }) => name === app.params.get("model"),
      );
      const panel = chosen ? modelPanel(app, chosen) : null;
      frame = h("div", { class: "graph" }, ...columns);
      replace(
        element,
        underWay(app.study),
        h("h2", { class: "unseen" }, "Models"),
        h(
          "div",
          {
            class: "graph-scroll",
            tabindex: 0,
            role: "region",
            "aria-label": "Graph of models",
          },
          frame,
        ),
        panel,
        measures(app.study),
      );
      drawLines(frame, entries);
      // Below a tall graph; what only changes while a run goes on must not move the page.
      if (panel !== null && chosen!.name !== seen)
        panel.scrollIntoView({ block: "nearest" });
      seen = chosen?.name ?? null;
    },
  };
}
