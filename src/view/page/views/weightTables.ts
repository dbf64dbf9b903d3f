/** Tables about weights. */
import { h, type Child } from "../dom.js";
import { digits, fixed } from "../format.js";
import { numberCell, table, textCell } from "../table.js";

/** A row about weights: its table, its variant, and numbers by name. */
export interface WeightRow {
  table: string;
  storage: string;
  eta: number;
  seeds: number;
  [field: string]: unknown;
}

/** Mean of what are numbers; null where none is. */
export function meanOf(values: readonly unknown[]): number | null {
  const known = values.filter(
    (value): value is number => typeof value === "number",
  );
  if (known.length === 0) return null;
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** A number of a row; null where it has none. */
function numberIn(row: WeightRow | undefined, field: string): number | null {
  const value = row?.[field];
  return typeof value === "number" ? value : null;
}

/** A table with one line per row of a kind, and one column per field. */
interface NumberTable {
  /** Name of the rows. */
  table: string;
  title: string;
  caption: string;
  /** What the lines are called, and each of them. */
  first: string;
  of: (row: WeightRow) => string;
  fields: readonly (readonly [string, string])[];
}

const TABLES: readonly NumberTable[] = [
  {
    table: "expert",
    title: "Experts",
    caption: "What each expert changed",
    first: "Expert",
    of: (row) => String(row["expert"]),
    fields: [
      ["rate", "share changed"],
      ["relativeNorm", "‖τ‖ / ‖base‖"],
      ["nonfinite", "NaN or Inf"],
    ],
  },
  {
    table: "spectrum",
    title: "Spectra",
    caption: "Singular values of the layer that corresponds to the paper's",
    first: "Expert",
    of: (row) => `${String(row["expert"])}, layer ${String(row["layer"])}`,
    fields: [
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
  },
  {
    table: "survival",
    title: "What bfloat16 keeps",
    caption: "Survival of changes in bfloat16",
    first: "Change",
    of: (row) => String(row["change"]),
    fields: [
      ["survived", "survives"],
      ["error", "error"],
    ],
  },
  {
    table: "merge",
    title: "What the merge keeps",
    caption: "Of what the merge changed, after rounding to the output's format",
    first: "Weights",
    of: (row) => String(row["what"]),
    fields: [
      ["entries", "still differ from the base"],
      ["magnitude", "length along the change"],
      ["error", "distance from it"],
    ],
  },
];

/** Tables of those kinds of rows that there are. */
export function numberTables(of: (name: string) => WeightRow[]): Child[] {
  return TABLES.filter(({ table: name }) => of(name).length > 0).map(
    ({ table: name, title, caption, first, of: nameOf, fields }) =>
      h(
        "section",
        {},
        h("h2", {}, title),
        table({
          caption,
          columns: [
            { key: "name", label: first },
            ...fields.map(([key, label]) => ({ key, label, isNumber: true })),
          ],
          rows: of(name).map((row, i) => ({
            key: String(i),
            cells: [
              textCell(nameOf(row)),
              ...fields.map(([key]) =>
                numberCell(numberIn(row, key), digits(numberIn(row, key))),
              ),
            ],
          })),
        }),
      ),
  );
}

/** How much more two masks overlap than the sizes of the weights explain. */
function excessOf(row: WeightRow): number | null {
  const overlap = numberIn(row, "jaccard");
  const expected = numberIn(row, "givenMagnitude");
  return overlap === null || expected === null ? null : overlap - expected;
}

/** What can be known of a merge before it is made. */
export function beforeMerging(of: (name: string) => WeightRow[]): Child {
  const [joint] = of("joint");
  const facts = [
    {
      what: "weights that experts move in opposite directions, of those that several changed",
      value: numberIn(joint, "opposed"),
      unit: "share",
    },
    {
      what: "movement on the weaker side of its weight",
      value: numberIn(joint, "minorityMass"),
      unit: "share",
    },
    {
      what: "overlap of pairs above what size of weight explains",
      value: meanOf(of("overlap").map(excessOf)),
      unit: "Jaccard",
    },
    {
      what: "cosine of task vectors, mean over pairs",
      value: meanOf(of("cosine").map((row) => row["cosine"])),
      unit: "cosine",
    },
    {
      what: "length of task vectors, ‖τ‖ / ‖base‖, mean over experts",
      value: meanOf(of("expert").map((row) => row["relativeNorm"])),
      unit: "ratio",
    },
  ].filter(({ value }) => value !== null);
  if (facts.length === 0) return null;
  return h(
    "section",
    {},
    h("h2", {}, "Before merging"),
    h(
      "p",
      { class: "note" },
      "What the task vectors alone say of a merge: much movement in opposite directions and cosines near 0 are what trimming and sign election are for.",
    ),
    table({
      caption: "Predictors from task vectors",
      columns: [
        { key: "what", label: "Predictor" },
        { key: "value", label: "Value", isNumber: true },
        { key: "unit", label: "Unit" },
      ],
      rows: facts.map(({ what, value, unit }) => ({
        key: what,
        cells: [
          textCell(what),
          numberCell(value, digits(value)),
          textCell(unit),
        ],
      })),
    }),
  );
}

/** Overlaps and cosines of pairs, means over the matrices that were measured. */
export function pairTable(
  overlaps: readonly WeightRow[],
  cosines: readonly WeightRow[],
): Child {
  const nameOf = (row: WeightRow): string =>
    `${String(row["a"])} – ${String(row["b"])}`;
  const names = [...new Set(overlaps.map(nameOf))];
  if (names.length === 0) return null;
  const fields = [
    { rows: overlaps, key: "jaccard", label: "Jaccard" },
    { rows: overlaps, key: "random", label: "independent" },
    { rows: overlaps, key: "givenMagnitude", label: "by size" },
    { rows: overlaps, key: "shuffled", label: "shuffled" },
    { rows: cosines, key: "cosine", label: "cosine" },
    { rows: cosines, key: "overlapCosine", label: "on the overlap" },
  ];
  const cells = (name: string) =>
    fields.map(({ rows, key }) => {
      const own = rows.filter((row) => nameOf(row) === name);
      const value = meanOf(own.map((row) => row[key]));
      return numberCell(value, fixed(value, 3));
    });
  return h(
    "section",
    {},
    h("h2", {}, "Pairs of experts"),
    h(
      "p",
      { class: "note" },
      "Overlap of the changed weights beside three baselines (independent masks; masks that are independent among weights of one size; shuffled updates), and cosines of the task vectors; means over the matrices that were measured.",
    ),
    table({
      caption: "Overlaps and cosines of pairs",
      columns: [
        { key: "pair", label: "Pair" },
        ...fields.map(({ key, label }) => ({ key, label, isNumber: true })),
      ],
      rows: names.map((name) => ({
        key: name,
        cells: [textCell(name), ...cells(name)],
      })),
    }),
  );
}
