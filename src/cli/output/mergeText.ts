/** The plan and the report of a merge, for people and for programs. */
import {
  byteText,
  type MergePlan,
  type MergeReport,
  methods,
  type Recipe,
  survivalText,
} from "../../merge/index.js";
import { duration } from "../../io/index.js";
import { textTable } from "../verb.js";

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** What a model of a plan is, and how large. */
function modelRow(
  { recipe, tensors }: MergePlan,
  { ref, tensors: own, tied }: MergePlan["models"][number],
  index: number,
): {
  model: string;
  role: string;
  tensors: number;
  parameters: number;
  bytes: number;
  dtypes: string[];
  tied: boolean | null;
} {
  const isExpert = tensors.some(({ experts }) =>
    experts.some(({ model }) => model === index),
  );
  const isBase = recipe.base?.path === ref.path;
  const all = [...own.values()];
  return {
    model: ref.name,
    role: isBase ? (isExpert ? "base, expert" : "base") : "expert",
    tensors: all.length,
    parameters: all.reduce((sum, { elements }) => sum + elements, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    dtypes: [...new Set(all.map(({ dtype }) => dtype))],
    tied,
  };
}

/** A plan as plain data: `--dry-run --json`. */
export function planObject(plan: MergePlan, out: string): object {
  const { recipe, budget, estimate, elements, bytesRead, bytesWritten } = plan;
  return {
    out,
    method: recipe.method,
    dialect: recipe.dialect,
    seed: recipe.seed,
    rounding: recipe.rounding,
    models: plan.models.map((model, i) => modelRow(plan, model, i)),
    elements,
    bytesRead,
    bytesWritten,
    files: plan.files.map(([name]) => name),
    notes: plan.notes,
    ...budget,
    ...estimate,
    tensors: plan.tensors.map(({ name, dtype, shape, copied, options }) => ({
      name,
      dtype,
      shape,
      copied,
      options,
    })),
  };
}

/** A plan as text: `--dry-run`. */
export function planText(plan: MergePlan, out: string): string {
  const { recipe, models, tensors, budget, estimate } = plan;
  const { title } = methods[recipe.method]!;
  const rows = models.map((model, i) => {
    const row = modelRow(plan, model, i);
    return [
      row.model,
      row.role,
      plural(row.tensors, "tensor"),
      `${(row.parameters / 1e6).toFixed(1)} M`,
      byteText(row.bytes),
      row.dtypes.join(" "),
    ];
  });
  const table = textTable([
    ["model", "role", "tensors", "parameters", "size", "dtype"],
    ...rows,
  ]);
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))].join(" ");
  const copied = tensors.filter((tensor) => tensor.copied).length;
  const [layers] = models[0]!.layers.values();
  const passes =
    estimate.surveyRounds === 0
      ? ""
      : ` (${plural(estimate.surveyRounds, "time")} more for statistics of the whole model)`;
  const speed =
    plan.bytesRead * (1 + estimate.surveyRounds) + plan.bytesWritten;
  const lines = [
    `${title}, dialect ${recipe.dialect}, seed ${recipe.seed}, rounding ${recipe.rounding} → ${out}`,
    table,
    `layers   ${layers ?? "none"}${models[0]!.tied ? ", output head tied to the embedding" : ""}`,
    `writes   ${plural(tensors.length, "tensor")}, ${byteText(plan.bytesWritten)} of ${dtypes}${copied > 0 ? `, ${copied} of them copied` : ""}; ${plan.files.map(([name]) => name).join(", ")}`,
    `reads    ${byteText(plan.bytesRead)}${passes}`,
    `memory   about ${byteText(budget.peak)} with ${plural(budget.threads, "thread")}`,
    `time     about ${duration(Math.ceil(estimate.seconds))}, if the disk moves ${byteText(speed / Math.max(estimate.seconds, 1e-3))}/s`,
    ...plan.notes.map((note) => `note     ${note}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a merge gave, in two lines. */
export function reportText(
  {
    out,
    provenance,
    elements,
    bytesRead,
    bytesWritten,
    seconds,
    resumedShards,
  }: MergeReport,
  { method, slices }: Recipe,
): string {
  const { title } = methods[method]!;
  const experts = provenance.inputs.filter(({ role }) => role !== "base");
  const resumed =
    resumedShards > 0
      ? `, ${plural(resumedShards, "file")} kept from before`
      : "";
  const pace = `${(elements / 1e6 / seconds).toFixed(1)} M/s, ${byteText((bytesRead + bytesWritten) / seconds)}/s`;
  const sliced = slices.length > 1 ? ` in ${slices.length} slices` : "";
  const first = `${out}: ${title} of ${plural(experts.length, "model")}${sliced}, ${(elements / 1e6).toFixed(1)} M entries in ${seconds.toFixed(1)} s (${pace})${resumed}`;
  return provenance.survival === null
    ? `${first}\n`
    : `${first}\n${survivalText(provenance.survival)}\n`;
}
