/** Page "Completions": what models wrote to the same tasks, side by side. */
import type { RecordPlace, TaskPage } from "../../data/types.js";
import { linkTo, listOf, type App, type Page } from "../app.js";
import { checkbox, h, replace, select } from "../dom.js";
import { samplingLabel } from "../format.js";
import { copyButton } from "../table.js";
import { sampleView } from "./sample.js";
import { taskList } from "./taskList.js";

const MOST = 6;

/** What the address asks for, completed by what there is. */
interface Wanted {
  place: RecordPlace;
  seed: number;
  benchmark: string;
  models: string[];
}

class Completions implements Page {
  readonly element = h("div", { class: "page completions-page" });
  private readonly controls = h("div", { class: "controls" });
  private readonly chosen = h("fieldset", { class: "models" });
  private readonly filters = h("div", { class: "controls filters" });
  private readonly list = h("section", {
    class: "tasks",
    "aria-label": "Tasks",
  });
  private readonly sample = h("section", {
    class: "sample",
    "aria-label": "Completions",
    "aria-live": "polite",
  });
  private readonly search: HTMLInputElement;
  private drawn = 0;

  constructor(private readonly app: App) {
    this.search = h("input", {
      type: "search",
      id: "search-text",
      placeholder: "in prompts and kept texts",
      input: () =>
        app.set({
          text: this.search.value === "" ? null : this.search.value,
          page: null,
        }),
    });
    this.element.append(
      this.controls,
      this.chosen,
      this.filters,
      h("div", { class: "beside wide" }, this.list, this.sample),
    );
  }

  async draw(): Promise<void> {
    const places = await this.app.source.places();
    const wanted = this.wanted(places);
    if (wanted === null) {
      replace(this.list, h("p", { class: "empty" }, "No records yet."));
      return;
    }
    this.drawControls(places, wanted);
    this.drawModels(wanted);
    this.drawFilters();
    const { params, source } = this.app;
    const { place, seed, benchmark, models } = wanted;
    const turn = ++this.drawn;
    const where = { measure: place.measure, seed, benchmark };
    const page = await source.tasks(where, {
      models,
      outcome: params.get("outcome") ?? "",
      differ: params.has("differ"),
      kept: params.has("kept"),
      text: params.get("text") ?? "",
      page: Number(params.get("page") ?? 0),
    });
    // A slower answer to an earlier question is too late.
    if (turn !== this.drawn) return;
    this.drawList(page, wanted);
    const task = params.get("task") ?? page?.rows[0]?.task;
    const found =
      task === undefined
        ? null
        : await source.sample(where, {
            models,
            task,
            sample: Number(params.get("sample") ?? 0),
          });
    if (turn !== this.drawn) return;
    replace(
      this.sample,
      found === null
        ? h("p", { class: "empty" }, "No such sample.")
        : sampleView(found, {
            labels: models.map((name) => this.label(name)),
            open: (changes) => this.app.set(changes),
            link: copyButton(
              "Copy the link",
              () =>
                location.href.replace(/#.*$/, "") +
                this.permalink(wanted, found.task, found.sample),
            ),
          }),
    );
  }

  private permalink(
    { place, seed, benchmark, models }: Wanted,
    task: string,
    sample: number,
  ): string {
    return linkTo("completions", {
      measure: place.measure,
      seed: String(seed),
      benchmark,
      models: models.join(","),
      task,
      sample: String(sample),
    });
  }

  private label(name: string): string {
    return (
      this.app.study.models.find((model) => model.name === name)?.label ?? name
    );
  }

  private wanted(places: readonly RecordPlace[]): Wanted | null {
    const { params } = this.app;
    const place =
      places.find(({ measure }) => measure === params.get("measure")) ??
      places[0];
    if (place === undefined || place.models.length === 0) return null;
    const asked = listOf(params, "models").filter((name) =>
      place.models.includes(name),
    );
    const usual = ["sft", "multi", "ties"].filter((name) =>
      place.models.includes(name),
    );
    const others = usual.length > 1 ? usual : place.models.slice(0, 2);
    // One model alone is set beside another, so that there is something to compare.
    const models =
      asked.length === 1 && !params.has("alone")
        ? [...asked, ...others.filter((name) => name !== asked[0]).slice(0, 1)]
        : asked.length > 0
          ? asked
          : others;
    const seed =
      place.seeds.find((own) => String(own) === params.get("seed")) ??
      place.seeds[0]!;
    const benchmark =
      place.benchmarks.find(({ name }) => name === params.get("benchmark"))
        ?.name ?? place.benchmarks[0]!.name;
    return { place, seed, benchmark, models: models.slice(0, MOST) };
  }

  private drawControls(
    places: readonly RecordPlace[],
    { place, seed, benchmark }: Wanted,
  ): void {
    const set = (key: string) => (value: string) =>
      this.app.set({ [key]: value, task: null, page: null });
    const domains = new Map(
      this.app.study.domains.map((domain) => [domain.name, domain.name]),
    );
    replace(
      this.controls,
      places.length < 2
        ? null
        : select(
            "Measure",
            places.map((each) => ({
              value: each.measure,
              label: samplingLabel(each),
            })),
            place.measure,
            set("measure"),
          ),
      select(
        "Benchmark",
        place.benchmarks.map(({ name, title, domain }) => ({
          value: name,
          label: title,
          group: domains.get(domain),
        })),
        benchmark,
        set("benchmark"),
      ),
      place.seeds.length < 2
        ? null
        : select(
            "Seed",
            place.seeds.map((own) => ({
              value: String(own),
              label: String(own),
            })),
            String(seed),
            set("seed"),
          ),
    );
  }

  private drawModels({ place, models }: Wanted): void {
    const toggle = (name: string, checked: boolean): void => {
      const next = checked
        ? [...models, name].slice(-MOST)
        : models.filter((each) => each !== name);
      this.app.set({
        models: next.join(","),
        alone: next.length === 1 ? "1" : null,
      });
    };
    replace(
      this.chosen,
      h("legend", {}, "Models"),
      ...place.models.map((name) => {
        const box = checkbox(
          this.label(name),
          models.includes(name),
          (checked) => toggle(name, checked),
        );
        box.querySelector("input")!.id = `compare-${name}`;
        return box;
      }),
    );
  }

  private drawFilters(): void {
    const { params } = this.app;
    const set = (key: string) => (checked: boolean) =>
      this.app.set({ [key]: checked ? "1" : null, task: null, page: null });
    if (document.activeElement !== this.search)
      this.search.value = params.get("text") ?? "";
    const field =
      this.filters.querySelector(".search") ??
      h(
        "label",
        { class: "field search" },
        h("span", {}, "Search"),
        this.search,
      );
    if (!field.isConnected) this.filters.append(field);
    const focused = document.activeElement?.id ?? "";
    for (const old of [...this.filters.children])
      if (old !== field) old.remove();
    field.before(
      select(
        "Outcome",
        [
          { value: "", label: "any" },
          { value: "c", label: "correct" },
          { value: "w", label: "wrong" },
          { value: "n", label: "no answer" },
          { value: "t", label: "truncated" },
        ],
        params.get("outcome") ?? "",
        (value) =>
          this.app.set({
            outcome: value === "" ? null : value,
            task: null,
            page: null,
          }),
      ),
      checkbox(
        "One right, the other wrong",
        params.has("differ"),
        set("differ"),
      ),
      checkbox("With kept text", params.has("kept"), set("kept")),
    );
    if (focused !== "" && focused !== this.search.id)
      document.getElementById(focused)?.focus();
  }

  private drawList(found: TaskPage | null, { models }: Wanted): void {
    if (found === null || found.count === 0) {
      replace(this.list, h("p", { class: "empty" }, "No task fits."));
      return;
    }
    const at = this.list.querySelector("ol")?.scrollTop ?? 0;
    replace(
      this.list,
      taskList(found, {
        labels: models.map((name) => this.label(name)),
        chosen: this.app.params.get("task") ?? found.rows[0]!.task,
        open: (changes) => this.app.set(changes),
      }),
    );
    this.list.querySelector("ol")!.scrollTop = at;
  }
}

/** The page. */
export function completionsPage(app: App): Page {
  return new Completions(app);
}
