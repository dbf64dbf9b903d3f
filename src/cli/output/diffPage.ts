/** The page of `m2rl diff --report`: tables and figures of a comparison. */
import {
  cellsOf,
  combine,
  describeShift,
  type Description,
  GROUPS,
  meaningOf,
  MATRIX_LABELS,
  type ShiftCell,
  type WeightShift,
} from "../../analysis/index.js";
import { meanOrNull } from "../../stats/index.js";
import {
  curves,
  heatMap,
  type HeatRow,
  overlapCurves,
  page,
  type PageSection,
  type PageTable,
} from "../../report/index.js";

/**
 * The HTML text of a report.
 *
 * @param models  where the models came from
 */
export function diffPage(
  shift: WeightShift,
  models: { base: string; experts: Readonly<Record<string, string>> },
): string {
  const all = describeShift(combine(shift.tensors), shift.experts, shift.eta);
  const cells = cellsOf(shift);
  const several = shift.experts.length > 1;
  const dtypes = [...new Set(shift.tensors.map(({ dtype }) => dtype))];
  return page({
    title: `What ${shift.experts.join(", ")} changed in ${models.base}`,
    lead: [
      `${shift.tensors.length} tensors, ${all.joint.entries.toLocaleString("en")} weights, ${shift.layers} layers counted from 0. A weight counts as changed when it is, in ${dtypes
        .map((dtype) => `${dtype}, ${meaningOf(dtype, shift.eta)}`)
        .join("; in ")} (η = ${shift.eta}).`,
      "Masks, overlaps, signs, cosines and norms are exact over all entries. Shuffled updates, curves, strata by size and survival are measured on a seeded sample of at most 131,072 entries of each tensor.",
    ],
    sections: [
      changedSection(shift, all, cells),
      ...(several
        ? [overlapSection(all, cells), cosineSection(shift, all, cells)]
        : []),
      curveSection(shift, all),
      ...spectraSection(shift),
      survivalSection(all),
      tensorSection(shift),
    ],
  });
}

/** One panel of a heat map over layers and kinds. */
function heat(
  cells: readonly ShiftCell[],
  panel: string,
  of: (description: Description) => number | null,
): HeatRow[] {
  return cells.flatMap(({ layer, kind, description }) => {
    const value = of(description);
    return value === null
      ? []
      : [{ panel, x: MATRIX_LABELS[kind], y: `layer ${layer}`, value }];
  });
}

function changedSection(
  { experts }: WeightShift,
  all: Description,
  cells: readonly ShiftCell[],
): PageSection {
  const rows = experts.flatMap((expert, i) =>
    heat(cells, expert, (description) => description.experts[i]!.rate),
  );
  return {
    title: "Changed weights",
    text: [
      "“Small” says how much more often the smallest tenth of the weights is changed than any weight: far above 1 where a relative threshold, or rounding, lets small weights change more easily.",
    ],
    tables: [
      {
        columns: [
          "expert",
          "share changed",
          "shuffled",
          "‖τ‖",
          "‖τ‖ / ‖base‖",
          "largest |δ|",
          "NaN or Inf",
          "small",
        ],
        digits: 4,
        rows: all.experts.map((row) => [
          row.expert,
          row.rate,
          row.shuffledRate,
          row.norm.toPrecision(4),
          row.relativeNorm,
          row.largest.toPrecision(3),
          String(row.nonfinite),
          row.smallEnrichment,
        ]),
      },
    ],
    figures:
      rows.length === 0
        ? []
        : [
            heatMap(rows, {
              title: "Share of weights changed",
              domain: [0, 1],
              caption:
                "One panel per expert, one row per layer, one column per kind of matrix.",
            }),
          ],
  };
}

function overlapTables(all: Description): PageTable[] {
  return [
    {
      columns: [
        "pair",
        "Jaccard",
        "independent",
        "by size",
        "shuffled",
        "lift",
        "same sign",
      ],
      rows: all.pairs.map((row) => [
        `${row.a} – ${row.b}`,
        row.jaccard,
        row.random,
        row.givenMagnitude,
        row.shuffled,
        row.lift,
        row.sameSign,
      ]),
    },
    {
      columns: [
        "changed by",
        ...all.joint.ways.map((_, k) => `${k}`),
        "opposite directions",
        "movement on the weaker side",
      ],
      digits: 4,
      rows: [
        [
          "share of weights",
          ...all.joint.ways,
          all.joint.opposed,
          all.joint.minorityMass,
        ],
      ],
    },
  ];
}

function overlapSection(
  all: Description,
  cells: readonly ShiftCell[],
): PageSection {
  const mean =
    (key: "jaccard" | "random" | "givenMagnitude" | "shuffled") =>
    (description: Description): number | null =>
      meanOrNull(description.pairs.map((pair) => pair[key]));
  const rows = [
    ...heat(cells, "masks", mean("jaccard")),
    ...heat(cells, "independent masks", mean("random")),
    ...heat(cells, "expected by size of weight", mean("givenMagnitude")),
    ...heat(cells, "shuffled updates", mean("shuffled")),
  ];
  return {
    title: "Overlap of the changed weights",
    text: [
      "Jaccard overlap of two masks, beside three baselines: independent masks of the same rates; masks that are independent among weights of the same size; each expert's update shuffled inside its tensor. Only what exceeds all of them says that two experts changed the same places for a reason of their own.",
    ],
    tables: overlapTables(all),
    figures:
      rows.length === 0
        ? []
        : [
            heatMap(rows, {
              title: "Jaccard overlap, mean over pairs",
              domain: [0, 1],
            }),
          ],
  };
}

function cosineSection(
  shift: WeightShift,
  all: Description,
  cells: readonly ShiftCell[],
): PageSection {
  const rows = (["attention", "ffn"] as const).flatMap((group) =>
    all.pairs.flatMap(({ a, b }, i) => {
      const value = meanOrNull(
        cells
          .filter(({ kind }) =>
            (GROUPS[group] as readonly string[]).includes(kind),
          )
          .map(({ description }) => description.pairs[i]!.overlapCosine),
      );
      const panel = group === "ffn" ? "feed-forward" : group;
      return value === null
        ? []
        : [
            { panel, x: a, y: b, value },
            { panel, x: b, y: a, value },
          ];
    }),
  );
  return {
    title: "Direction of the changes",
    text: [
      "Cosine of two task vectors: over all entries; over the overlap; and over the overlap after a projection to 256 dimensions, which adds the error beside it. The last is what the paper shows. The projected column is the mean over tensors.",
    ],
    tables: [
      {
        columns: [
          "pair",
          "cosine",
          "on the overlap",
          "projected",
          "± of one tensor",
        ],
        rows: all.pairs.map((row) => [
          `${row.a} – ${row.b}`,
          row.cosine,
          row.overlapCosine,
          row.projected,
          row.projectedError,
        ]),
      },
    ],
    figures:
      rows.length === 0
        ? []
        : [
            heatMap(rows, {
              title: "Cosine on the overlap, mean over layers and matrices",
              scale: "diverging",
              order: shift.experts,
            }),
          ],
  };
}

function curveSection(
  { eta, experts }: WeightShift,
  all: Description,
): PageSection {
  const title = { stored: "as stored", bf16: "rounded to bfloat16" };
  const points = all.curve.map(({ storage, ...point }) => ({
    ...point,
    panel: title[storage],
  }));
  const sizes = all.strata.map(({ quantile, rate }) => ({
    series: "changed",
    x: quantile,
    y: rate,
  }));
  return {
    title: "What the tolerance and the size of a weight decide",
    text: [
      `Means over ${experts.length === 1 ? "all tensors" : "pairs"}, all tensors together.`,
    ],
    figures: [
      overlapCurves(points, {
        title: "By tolerance",
        marks: [{ x: eta, label: "η" }],
      }),
      curves(sizes, {
        title: "Share changed by size of the weight",
        xLabel: "rank of |w| in its tensor, 0 the smallest",
        yLabel: "share changed",
      }),
    ],
  };
}

function spectraSection({ tensors, layer }: WeightShift): PageSection[] {
  const rows = tensors.flatMap(({ name, spectra }) =>
    (spectra ?? []).map((row) => [
      `${name}: ${row.expert}`,
      row.drift.toExponential(1),
      row.angleLeft,
      row.angleRight,
      row.shared,
      row.energy,
      row.energyByChance,
      row.effectiveRank,
      row.effectiveRankByChance,
      row.stableRank,
      row.principalEnrichment,
      row.residual.toExponential(0),
    ]),
  );
  if (rows.length === 0) return [];
  return [
    {
      title: "Spectra",
      text: [
        `Measured in the layer that corresponds to the paper's (${layer}), or in all on request. Drift: relative movement of the largest singular values. Angles: largest principal angle between the leading subspaces of base and expert, degrees; shared: mean cos². Energy: share of the update inside the base's leading subspaces. Effective rank: directions that carry the update. Principal: how much more often the entries that the leading directions make large are changed than any entry. Error: of the base's singular vectors.`,
      ],
      tables: [
        {
          columns: [
            "matrix and expert",
            "drift",
            "angle left",
            "angle right",
            "shared",
            "energy",
            "by chance",
            "effective rank",
            "by chance",
            "stable rank",
            "principal",
            "error",
          ],
          rows,
        },
      ],
    },
  ];
}

function survivalSection({ survival }: Description): PageSection {
  return {
    title: "What bfloat16 keeps",
    text: [
      "Share of the moved weights that are still moved after base and result are rounded to bfloat16, and the error of what is left, ‖δ′ − δ‖ / ‖δ‖.",
    ],
    tables: [
      {
        columns: ["change", "survives", "error"],
        rows: survival.map((row) => [row.change, row.survived, row.error]),
      },
    ],
  };
}

function tensorSection({ tensors, experts, eta }: WeightShift): PageSection {
  return {
    title: "Tensors",
    text: ["Share changed by each expert, and the mean overlap of pairs."],
    tables: [
      {
        columns: ["tensor", "shape", "dtype", ...experts, "Jaccard", "by size"],
        rows: tensors.map((tensor) => {
          const own = describeShift(tensor, experts, eta);
          return [
            tensor.name,
            tensor.shape.join(" × "),
            tensor.dtype,
            ...own.experts.map(({ rate }) => rate),
            meanOrNull(own.pairs.map(({ jaccard }) => jaccard)),
            meanOrNull(own.pairs.map(({ givenMagnitude }) => givenMagnitude)),
          ];
        }),
      },
    ],
  };
}
