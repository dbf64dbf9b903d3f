/** Page "Curves": training logs, several runs in one plot. */
import type { Curve, RunInfo } from "../../data/types.js";
import { meanCurve } from "../../data/meanCurve.js";
import { listOf, type App, type Page } from "../app.js";
import { checkbox, h, replace, select, slider } from "../dom.js";
import { legend, onPage, widthIn } from "../plots.js";
import {
  AXES,
  type Axis,
  curvePlot,
  curveTable,
  legendOf,
  type PlotOf,
  type Series,
} from "./curvePlot.js";

/** Names of numbers as people call them; others stay as the log has them. */
const METRICS: Readonly<Record<string, string>> = {
  reward: "reward",
  entropy: "entropy, nats per token",
  clipFraction: "share of clipped tokens",
  kl: "KL to the reference, nats per token",
  completionTokens: "length, tokens",
  "outcomes.truncated": "share truncated",
  "outcomes.noAnswer": "share without an answer",
  loss: "loss",
  gradNorm: "gradient norm",
  learningRate: "learning rate",
};

const WIDTHS = [1, 3, 5, 9, 15, 25];

/** Names of a metric by domain: "rewards.math" and "domains.math.entropy" belong to "reward" and "entropy". */
function byDomain(
  metrics: readonly string[],
  metric: string,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of metrics) {
    const [head, domain = "", ...rest] = name.split(".");
    if (head === "domains" && rest.join(".") === metric)
      found.set(domain, name);
    if (
      head === `${metric}s` &&
      rest.length === 0 &&
      domain !== "" &&
      !found.has(domain)
    )
      found.set(domain, name);
  }
  return found;
}

/** The x values of a curve. */
function along(
  { step, values }: Curve,
  axis: Axis,
  parameters: number,
): number[] {
  if (axis === "step") return step;
  let total = 0;
  const at = (name: string, i: number): number => values[name]?.[i] ?? 0;
  const perPoint = step.length > 1 ? step[1]! - step[0]! : 1;
  return step.map((_, i) => {
    const own =
      axis === "seconds"
        ? at("seconds.total", i)
        : parameters *
          (2 *
            (at("tokens.prefill", i) +
              at("tokens.sampled", i) +
              at("tokens.scored", i)) +
            6 * at("tokens.trained", i));
    total += own * perPoint;
    return total;
  });
}

/** Mean of the last `width` values that are there. */
export function smooth(
  values: readonly (number | null)[],
  width: number,
): (number | null)[] {
  return values.map((value, i) => {
    if (value === null) return null;
    const own = values
      .slice(Math.max(0, i - width + 1), i + 1)
      .filter((each) => each !== null);
    return own.reduce((sum, each) => sum + each, 0) / own.length;
  });
}

class Curves implements Page {
  readonly element = h("div", { class: "page curves-page" });
  private readonly controls = h("form", {
    class: "controls",
    submit: (event) => event.preventDefault(),
  });
  private readonly chooser = h("fieldset", { class: "runs" });
  private readonly output = h("div", { class: "output" });

  constructor(private readonly app: App) {
    this.element.append(
      this.controls,
      h("div", { class: "beside" }, this.chooser, this.output),
    );
  }

  async draw(): Promise<void> {
    const { source, params, study } = this.app;
    const runs = await source.runs();
    if (runs.length === 0) {
      replace(this.output, h("p", { class: "empty" }, "No training log yet."));
      return;
    }
    const names = [...new Set(runs.map(({ model }) => model))];
    const asked = listOf(params, "runs").filter((name) => names.includes(name));
    const chosen = asked.length > 0 ? asked : this.first(names);
    const metrics = [
      ...new Set(
        runs
          .filter(({ model }) => chosen.includes(model))
          .flatMap((run) => run.metrics),
      ),
    ];
    const metric = metrics.includes(params.get("y") ?? "")
      ? params.get("y")!
      : metrics.includes("reward")
        ? "reward"
        : metrics[0]!;
    this.drawControls(metrics, metric);
    this.drawChooser(names, chosen);
    const seed = params.get("seed");
    const isMean = seed === "mean";
    const wanted = runs.filter(
      ({ model, seed: own }) =>
        chosen.includes(model) &&
        (seed === null || isMean || String(own) === seed),
    );
    const curves = (
      await Promise.all(
        wanted.map(({ model, seed: own }: RunInfo) => source.curve(model, own)),
      )
    ).filter((curve) => curve !== null);
    const axis =
      (Object.keys(AXES) as Axis[]).find((each) => each === params.get("x")) ??
      "step";
    const width = WIDTHS[Number(params.get("smooth") ?? 0)] ?? 1;
    const shown = isMean
      ? chosen.flatMap((model) => {
          const own = curves.filter((curve) => curve.model === model);
          return own.length === 0 ? [] : [meanCurve(own)];
        })
      : curves;
    const series = shown.flatMap((curve) =>
      this.seriesOf(curve, metric, axis, width, study.parameters ?? 0),
    );
    const title = METRICS[metric] ?? metric;
    this.drawPlot(series, { title, axis, width });
  }

  /** What is shown before anything is chosen: what is running, else what is trained on tasks. */
  private first(names: readonly string[]): string[] {
    const { study } = this.app;
    const running = study.stages
      .filter(({ standing }) => standing === "running")
      .map(({ model }) => model);
    const active = names.filter((name) => running.includes(name));
    if (active.length > 0) return active;
    const plain = study.models.filter(
      ({ by, list, name }) =>
        by === "rl" &&
        names.includes(name) &&
        (list === "experts" || list === name),
    );
    return plain.length > 0 ? plain.map(({ name }) => name) : names.slice(0, 6);
  }

  private drawControls(metrics: readonly string[], metric: string): void {
    const { params, study } = this.app;
    const set = (key: string) => (value: string) =>
      this.app.set({ [key]: value });
    const plain = metrics.filter((name) => Object.hasOwn(METRICS, name));
    const rest = metrics.filter((name) => !Object.hasOwn(METRICS, name));
    const hasDomains = byDomain(metrics, metric).size > 1;
    replace(
      this.controls,
      select(
        "Number",
        [
          ...plain.map((value) => ({ value, label: METRICS[value]! })),
          ...rest.map((value) => ({ value, label: value, group: "as logged" })),
        ],
        metric,
        set("y"),
      ),
      select(
        "Along",
        Object.entries(AXES).map(([value, label]) => ({ value, label })),
        params.get("x") ?? "step",
        set("x"),
      ),
      study.seeds.length < 2
        ? null
        : select(
            "Seed",
            [
              { value: "", label: "all" },
              { value: "mean", label: "mean of all" },
              ...study.seeds.map((seed) => ({
                value: String(seed),
                label: String(seed),
              })),
            ],
            params.get("seed") ?? "",
            (value) => this.app.set({ seed: value === "" ? null : value }),
          ),
      slider(
        "Mean of steps",
        WIDTHS,
        Number(params.get("smooth") ?? 0),
        (index) => this.app.set({ smooth: index === 0 ? null : String(index) }),
      ),
      hasDomains
        ? checkbox("By domain", params.has("domains"), (checked) =>
            this.app.set({ domains: checked ? "1" : null }),
          )
        : null,
    );
  }

  private drawChooser(
    names: readonly string[],
    chosen: readonly string[],
  ): void {
    const { study } = this.app;
    const models = study.models.filter(({ name }) => names.includes(name));
    const lists = [...new Set(models.map(({ list }) => list))];
    const toggle = (name: string, checked: boolean): void => {
      const next = checked
        ? [...chosen, name]
        : chosen.filter((each) => each !== name);
      this.app.set({ runs: next.length === 0 ? null : next.join(",") });
    };
    replace(
      this.chooser,
      h("legend", {}, "Runs"),
      ...lists.map((list) => {
        const own = models.filter((model) => model.list === list);
        return h(
          "div",
          { class: "run-list" },
          own.length > 1 ? h("p", {}, list) : null,
          ...own.map(({ name, label, color }) => {
            const box = checkbox(
              label === name || own.length === 1 ? label : `${label}`,
              chosen.includes(name),
              (checked) => toggle(name, checked),
            );
            box.querySelector("input")!.id = `run-${name}`;
            const swatch = h("i", { class: "swatch" });
            swatch.style.background = onPage(color);
            box.append(swatch);
            return box;
          }),
        );
      }),
    );
  }

  private seriesOf(
    curve: Curve,
    metric: string,
    axis: Axis,
    width: number,
    parameters: number,
  ): Series[] {
    const { study, params } = this.app;
    const model = study.models.find(({ name }) => name === curve.model)!;
    const x = along(curve, axis, parameters);
    const many = study.seeds.length > 1;
    const isMean = params.get("seed") === "mean";
    const seed = isMean ? ", mean of seeds" : `, seed ${curve.seed}`;
    const name = `${model.label}${many ? seed : ""}`;
    const make = (
      own: string,
      label: string,
      color: string,
      dash: string,
    ): Series => {
      const raw = curve.values[own] ?? [];
      const mean = smooth(raw, width);
      const points = x.flatMap((at, i) =>
        mean[i] === null || mean[i] === undefined
          ? []
          : [{ x: at, y: mean[i], raw: raw[i]!, label }],
      );
      return { label, color: onPage(color), dash, points };
    };
    const split = params.has("domains")
      ? byDomain(Object.keys(curve.values), metric)
      : new Map<string, string>();
    if (split.size > 1)
      return [...split].map(([domain, own]) => {
        const style = study.domains.find((each) => each.name === domain);
        return make(
          own,
          `${name}, ${style?.label ?? domain}`,
          style?.color ?? model.color,
          style?.dash ?? "none",
        );
      });
    return [make(metric, name, model.color, model.dash)];
  }

  private drawPlot(series: readonly Series[], plot: PlotOf): void {
    const drawn = series.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) {
      replace(
        this.output,
        h("p", { class: "empty" }, "The chosen runs have no such number."),
      );
      return;
    }
    replace(
      this.output,
      curvePlot(drawn, plot, widthIn(this.output)),
      legend(legendOf(drawn)),
      h(
        "details",
        {},
        h("summary", {}, "Numbers"),
        curveTable(drawn, plot.title),
      ),
    );
  }
}

/** The page. */
export function curvesPage(app: App): Page {
  return new Curves(app);
}
