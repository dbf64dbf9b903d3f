/** Page "Scores": models on benchmarks with their intervals, or as paired differences with one of them. */
import type {
  Cell as Score,
  RecordPlace,
  ScoreTable,
} from "../../data/types.js";
import { linkTo, type App, type Page } from "../app.js";
import { h, replace, select } from "../dom.js";
import { fixed, samplingLabel, signed, temperatureLabel } from "../format.js";
import {
  asCsv,
  asMarkdown,
  copyButton,
  table,
  textCell,
  type Cell,
  type TableData,
} from "../table.js";
import { frontier } from "./frontier.js";
import { Sweeps } from "./sweeps.js";

/** A score with its interval beneath; a difference that is surely not 0 says so by its sign, its colour and its weight. */
function scoreCell(
  score: Score | null,
  isBest: boolean,
  isDifference: boolean,
): Cell {
  if (score === null) return { show: "–", sort: null, text: "–" };
  const { value, low, high, items, seeds } = score;
  const shown = isDifference ? signed(value) : fixed(value);
  const interval = `${fixed(low)} … ${fixed(high)}`;
  const isSure = isDifference && (low > 0 || high < 0);
  return {
    show: h(
      "span",
      { title: `${items} items, ${seeds} ${seeds === 1 ? "seed" : "seeds"}` },
      h("span", { class: isBest || isSure ? "value strong" : "value" }, shown),
      h("span", { class: "interval" }, interval),
    ),
    sort: value,
    text: `${shown} [${interval}]`,
    class: isSure ? (value > 0 ? "better" : "worse") : "",
  };
}

/** The name of a model, as a button that compares all others with it. */
function nameCell(app: App, model: string, isChosen: boolean): Cell {
  const label = app.study.models.find(({ name }) => name === model)?.label;
  const title = isChosen
    ? "Show scores again"
    : "Compare all others with this model";
  const button = h(
    "button",
    {
      ...{ class: "row-choice", id: `row-${model}`, "data-model": model },
      "aria-pressed": isChosen ? "true" : "false",
      title,
      click: () => app.set({ against: isChosen ? null : model }),
    },
    label ?? model,
  );
  return { ...textCell(label ?? model), show: button };
}

/** Whether a model's name, role or list holds what was typed. */
function fits(app: App, model: string, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  const own = app.study.models.find(({ name }) => name === model);
  return [model, own?.label, own?.role, own?.list].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}

function dataOf(app: App, found: ScoreTable, filter: string): TableData {
  const { against, benchmarks } = found;
  const average = { name: "average", label: "Avg.", title: "plain mean" };
  const columns = [...benchmarks, average].map(({ name, label, title }) => ({
    ...{ key: name, label, title, isNumber: true },
  }));
  const rows = found.rows.map((row) => [...row.cells, row.average]);
  const best = columns.map((_, i) =>
    Math.max(...rows.map((cells) => cells[i]?.value ?? -Infinity)),
  );
  const other = app.study.models.find(({ name }) => name === against);
  const zero: Cell = { show: "0", sort: 0, text: "0" };
  return {
    caption:
      against === null
        ? "Scores in points with 95 % intervals"
        : `Points more than ${other?.label ?? against}, paired, with 95 % intervals`,
    columns: [{ key: "model", label: "Model" }, ...columns],
    rows: found.rows.flatMap(({ model }, r) => {
      if (!fits(app, model, filter)) return [];
      const isChosen = model === against;
      const cells = rows[r]!.map((cell, i) =>
        isChosen
          ? zero
          : scoreCell(
              cell,
              against === null && cell?.value === best[i],
              against !== null,
            ),
      );
      return [
        {
          key: model,
          isMarked: isChosen,
          cells: [nameCell(app, model, isChosen), ...cells],
        },
      ];
    }),
  };
}

class Scores implements Page {
  readonly element = h("div", { class: "page scores-page" });
  private readonly controls = h("div", { class: "controls" });
  private readonly output = h("div", {});
  private readonly plots = h("div", {});
  private readonly sweeps: Sweeps;
  private readonly filter: HTMLInputElement;

  constructor(private readonly app: App) {
    this.sweeps = new Sweeps(app);
    this.filter = h("input", {
      type: "search",
      id: "filter-models",
      placeholder: "name, role",
      input: () =>
        app.set({
          filter: this.filter.value === "" ? null : this.filter.value,
        }),
    });
    this.element.append(
      this.controls,
      this.output,
      this.plots,
      this.sweeps.element,
    );
  }

  async draw(): Promise<void> {
    const { source, params } = this.app;
    const places = await source.places();
    const place =
      places.find(({ measure }) => measure === params.get("measure")) ??
      places[0];
    if (place === undefined) {
      replace(this.output, h("p", { class: "empty" }, "No scores yet."));
      await this.sweeps.draw();
      return;
    }
    const asked = params.get("against");
    const against = place.models.includes(asked ?? "") ? asked : null;
    const found = await source.scores(place.measure, against);
    if (found === null) return;
    this.drawControls(places, place, against);
    const data = dataOf(this.app, found, params.get("filter") ?? "");
    const now = params.get("sort") ?? "";
    const set = (order: string): void => this.app.set({ sort: order });
    replace(
      this.output,
      h("p", { class: "note" }, this.note(found)),
      table(data, { now, set }),
      h(
        "p",
        { class: "actions" },
        copyButton("Copy as Markdown", () => asMarkdown(data, now)),
        copyButton("Copy as CSV", () => asCsv(data, now)),
        against === null
          ? null
          : h(
              "a",
              {
                href: linkTo("completions", {
                  measure: place.measure,
                  models: against,
                  differ: "1",
                }),
              },
              "See completions",
            ),
      ),
    );
    const plain =
      against === null ? found : await source.scores(place.measure, null);
    replace(
      this.plots,
      plain === null ? null : frontier(this.app, plain, this.element),
    );
    await this.sweeps.draw();
  }

  private drawControls(
    places: readonly RecordPlace[],
    place: RecordPlace,
    against: string | null,
  ): void {
    const label = (name: string): string =>
      this.app.study.models.find((model) => model.name === name)?.label ?? name;
    const { filter } = this;
    if (document.activeElement !== filter)
      filter.value = this.app.params.get("filter") ?? "";
    const own = [
      places.length < 2
        ? h(
            "p",
            { class: "field" },
            h("span", {}, "Sampling"),
            h("b", {}, temperatureLabel(place.temperature)),
          )
        : select(
            "Sampling",
            places.map((each) => ({
              value: each.measure,
              label: samplingLabel(each),
            })),
            place.measure,
            (measure) => this.app.set({ measure }),
          ),
      select(
        "Compare with",
        [
          { value: "", label: "nothing: scores" },
          ...place.models.map((name) => ({ value: name, label: label(name) })),
        ],
        against ?? "",
        (value) => this.app.set({ against: value === "" ? null : value }),
      ),
    ];
    const field =
      this.controls.querySelector(".filter") ??
      h("label", { class: "field filter" }, h("span", {}, "Filter"), filter);
    // The box that is typed into stays where it is.
    if (!field.isConnected) this.controls.append(field);
    const focused = document.activeElement?.id ?? "";
    for (const old of [...this.controls.children])
      if (old !== field) old.remove();
    field.before(...own);
    if (focused !== "" && focused !== filter.id)
      document.getElementById(focused)?.focus();
  }

  private note({ against, rows }: ScoreTable): string {
    const known = rows
      .flatMap(({ cells }) => cells)
      .filter((cell) => cell !== null);
    const seeds = Math.max(0, ...known.map((cell) => cell.seeds));
    const what =
      against === null
        ? "Avg@K in points. Beneath: 95 % interval over items and seeds."
        : "Differences in points on the same items, samples and seeds. Beneath: 95 % interval of the paired difference; coloured and bold where it excludes 0.";
    return `${what} ${seeds} ${seeds === 1 ? "seed" : "seeds"}. Choose a model's name to compare all others with it.`;
  }
}

/** The page. */
export function scoresPage(app: App): Page {
  return new Scores(app);
}
