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
  pairTable,
  plainTable,
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
] as const;

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
    const variantOf = (row: WeightRow): string =>
      `${row.storage}, η = ${digits(row.eta)}`;
    const variants = [
      ...new Set(
        all
          .filter(({ table: own }) => own === "overlap" || own === "layer")
          .map(variantOf),
      ),
    ];
    const variant =
      variants.find((each) => each === params.get("variant")) ?? variants[0]!;
    const map = MAPS.find(({ key }) => key === params.get("map")) ?? MAPS[0];
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
        MAPS.map(({ key, label }) => ({ value: key, label })),
        map.key,
        (value) => this.app.set({ map: value }),
      ),
    );
    const rows = all.filter((row) => variantOf(row) === variant);
    const of = (name: string): WeightRow[] =>
      rows.filter((row) => row.table === name);
    const curve = all.filter(
      (row) => row.table === "curve" && row.storage === rows[0]!.storage,
    );
    replace(
      this.output,
      beforeMerging(of),
      this.map(of("layer"), map),
      pairTable(of("overlap"), of("cosine")),
      this.cosines(of("cosine")),
      this.curve(curve, rows[0]!.eta),
      ...this.tables(of),
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

  private tables(of: (name: string) => WeightRow[]): Child[] {
    const parts: (readonly [string, HTMLElement, readonly WeightRow[]])[] = [
      [
        "Experts",
        plainTable(
          "What each expert changed",
          { label: "Expert", of: (row) => String(row["expert"]) },
          [
            ["rate", "share changed"],
            ["relativeNorm", "‖τ‖ / ‖base‖"],
            ["nonfinite", "NaN or Inf"],
          ],
          of("expert"),
        ),
        of("expert"),
      ],
      [
        "Spectra",
        plainTable(
          "Singular values of the layer that corresponds to the paper's",
          {
            label: "Expert",
            of: (row) =>
              `${String(row["expert"])}, layer ${String(row["layer"])}`,
          },
          [
            ["drift", "drift"],
            ["angleLeft", "angle left, °"],
            ["angleRight", "angle right, °"],
            ["shared", "shared"],
            ["energy", "energy"],
            ["energyByChance", "by chance"],
            ["effectiveRank", "effective rank"],
            ["effectiveRankByChance", "by chance"],
            ["principalEnrichment", "principal"],
          ],
          of("spectrum"),
        ),
        of("spectrum"),
      ],
      [
        "What bfloat16 keeps",
        plainTable(
          "Survival of changes in bfloat16",
          { label: "Change", of: (row) => String(row["change"]) },
          [
            ["survived", "survives"],
            ["error", "error"],
          ],
          of("survival"),
        ),
        of("survival"),
      ],
    ];
    return parts
      .filter(([, , rows]) => rows.length > 0)
      .map(([title, element]) => h("section", {}, h("h2", {}, title), element));
  }
}

/** The page. */
export function weightsPage(app: App): Page {
  return new Weights(app);
}
