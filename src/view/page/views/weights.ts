/** Page "Weights": what training changed, where experts overlap, and what a merge will keep of it. */
import { gridY, line, ruleX } from "@observablehq/plot";
import type { App, Page } from "../app.js";
import { h, replace, select, type Child } from "../dom.js";
import { digits } from "../format.js";
import { chart, legend, onPage, widthIn } from "../plots.js";
import { heatTable, type HeatCell } from "./heatTable.js";
import {
  beforeMerging,
  meanOf,
  numberTables,
  pairTable,
  type WeightRow,
} from "./weightTables.js";

const MATRICES = ["q", "k", "v", "o", "gate", "up", "down"];

/** What the map over layers and matrices can show. */
const MAPS = [
  {
    key: "rate",
    label: "share of weights changed",
    of: (row: WeightRow) => row["rate"] as number,
  },
  {
    key: "jaccard",
    label: "overlap of changed weights (Jaccard)",
    of: (row: WeightRow) => row["jaccard"] as number,
  },
  {
    key: "excess",
    label: "overlap above what size of weight explains",
    of: (row: WeightRow) =>
      (row["jaccard"] as number) - (row["givenMagnitude"] as number),
  },
  {
    key: "sameSign",
    label: "same direction, of what two changed",
    of: (row: WeightRow) => row["sameSign"] as number,
  },
  {
    key: "survived",
    label: "share of the merge's changes that outlive rounding",
    of: (row: WeightRow) => row["survived"] as number,
  },
] as const;

/** Which rows are shown, and which map of them, by the address. */
function choose(all: readonly WeightRow[], params: URLSearchParams) {
  // A merge has no tolerance.
  const variantOf = ({ storage, eta }: WeightRow): string =>
    eta === 0 ? storage : `${storage}, η = ${digits(eta)}`;
  const shown = all.filter(({ table }) =>
    /^(?:overlap|layer|merge)$/.test(table),
  );
  const variants = [...new Set(shown.map(variantOf))];
  const asked = params.get("variant");
  const variant = variants.find((each) => each === asked) ?? variants[0]!;
  const rows = all.filter((row) => variantOf(row) === variant);
  const of = (name: string): WeightRow[] =>
    rows.filter((row) => row.table === name);
  const maps = MAPS.filter(({ of: value }) =>
    of("layer").some((row) => Number.isFinite(value(row))),
  );
  const map = maps.find(({ key }) => key === params.get("map")) ?? maps[0];
  return { variants, variant, rows, of, maps, map };
}

class Weights implements Page {
  readonly element = h("div", { class: "page weights-page" });
  private readonly controls = h("div", { class: "controls" });
  private readonly output = h("div", {});

  constructor(private readonly app: App) {
    this.element.append(this.controls, this.output);
  }

  async draw(): Promise<void> {
    const { params, source } = this.app;
    const all = (await source.rows<WeightRow>("weightShift")) ?? [];
    if (all.length === 0) {
      replace(
        this.output,
        h(
          "p",
          { class: "empty" },
          "No report on weights yet: the study has no measure “weightShift”, or it is not done.",
        ),
      );
      return;
    }
    const { variants, variant, rows, of, maps, map } = choose(all, params);
    replace(
      this.controls,
      select(
        "Weights as",
        variants.map((value) => ({ value, label: value })),
        variant,
        (value) => this.app.set({ variant: value }),
      ),
      select(
        "Map shows",
        maps.map(({ key, label }) => ({ value: key, label })),
        map?.key ?? "",
        (value) => this.app.set({ map: value }),
      ),
    );
    const curve = all.filter(
      (row) => row.table === "curve" && row.storage === rows[0]!.storage,
    );
    replace(
      this.output,
      beforeMerging(of),
      map === undefined ? null : this.map(of("layer"), map),
      pairTable(of("overlap"), of("cosine")),
      this.cosines(of("cosine")),
      this.curve(curve, rows[0]!.eta),
      ...numberTables(of),
    );
  }

  private map(
    rows: readonly WeightRow[],
    { label, of, key }: (typeof MAPS)[number],
  ): Child {
    if (rows.length === 0) return null;
    const kinds = MATRICES.filter((kind) =>
      rows.some((row) => row["kind"] === kind),
    );
    const layers = [...new Set(rows.map((row) => row["layer"] as number))].sort(
      (a, b) => a - b,
    );
    const value = (layer: number, kind: string): HeatCell => {
      const row = rows.find(
        (each) => each["layer"] === layer && each["kind"] === kind,
      );
      return { value: row === undefined ? null : of(row) };
    };
    return h(
      "section",
      {},
      h("h2", {}, "By layer and matrix"),
      heatTable({
        caption: `${label}, by layer and matrix`,
        corner: "layer",
        columns: kinds,
        rows: layers.map((layer) => ({
          label: String(layer),
          cells: kinds.map((kind) => value(layer, kind)),
        })),
        isSigned: key === "excess",
      }),
    );
  }

  private cosines(rows: readonly WeightRow[]): Child {
    const groups = [...new Set(rows.map((row) => row["group"] as string))];
    const experts = [
      ...new Set(
        rows.flatMap((row) => [row["a"] as string, row["b"] as string]),
      ),
    ];
    if (groups.length === 0) return null;
    const at = (group: string, a: string, b: string): HeatCell => ({
      value:
        a === b
          ? null
          : meanOf(
              rows
                .filter(
                  (row) =>
                    row["group"] === group &&
                    [row["a"], row["b"]].includes(a) &&
                    [row["a"], row["b"]].includes(b),
                )
                .map((row) => row["overlapCosine"]),
            ),
    });
    return h(
      "section",
      {},
      h("h2", {}, "Direction on the overlap"),
      h(
        "div",
        { class: "columns" },
        ...groups.map((group) =>
          h(
            "div",
            {},
            h("h3", {}, group === "ffn" ? "feed-forward" : group),
            heatTable({
              caption: `Cosine on the overlap, ${group}`,
              corner: "",
              columns: experts,
              rows: experts.map((a) => ({
                label: a,
                cells: experts.map((b) => at(group, a, b)),
              })),
              isSigned: true,
            }),
          ),
        ),
      ),
    );
  }

  private curve(rows: readonly WeightRow[], eta: number): Child {
    if (rows.length < 2) return null;
    const fields = [
      ["jaccard", "Jaccard", "#1b3a5c", "none"],
      ["random", "independent masks", "#7d8590", "2 3"],
      ["givenMagnitude", "by size of weight", "#e0a030", "7 3"],
      ["shuffled", "shuffled updates", "#a23b2a", "4 2"],
      ["rate", "share changed", "#1a9060", "9 3 2 3"],
    ] as const;
    const points = (field: string): WeightRow[] =>
      rows.filter((row) => typeof row[field] === "number");
    const width = widthIn(this.output, 800);
    return h(
      "section",
      {},
      h("h2", {}, "What the tolerance decides"),
      chart("Overlap and share of changed weights by tolerance η", {
        width,
        height: Math.min(340, Math.max(240, width * 0.45)),
        marginLeft: 44,
        marginBottom: 38,
        x: {
          type: "log",
          label: "tolerance η",
          ticks: 5,
          tickFormat: (value: number) => digits(value),
        },
        y: { label: "share", domain: [0, 1] },
        marks: [
          gridY({ strokeOpacity: 0.12 }),
          ruleX([eta], { strokeOpacity: 0.5, strokeDasharray: "3 3" }),
          ...fields.map(([field, , color, dash]) =>
            line(points(field), {
              x: "eta",
              y: field,
              stroke: onPage(color),
              strokeDasharray: dash,
              strokeWidth: 1.8,
              sort: "eta",
            }),
          ),
        ],
      }),
      legend(
        fields.map(([, label, color, dash]) => ({
          label,
          color: onPage(color),
          dash,
        })),
      ),
    );
  }
}

/** The page. */
export function weightsPage(app: App): Page {
  return new Weights(app);
}
