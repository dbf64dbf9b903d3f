/** What a merge leaves beside its weights: provenance.json for machines, and the same as a model card for people. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { WrittenFile } from "../../checkpoint/index.js";
import { codeBlock, codeSpan, hashText } from "../../io/index.js";
import { toolName } from "../../toolName.js";
import { methods } from "../methods/table.js";
import { byteText } from "./plan/memory.js";
import type { MergePlan } from "./plan/preflight.js";
import {
  type Survival,
  type SurvivalShares,
  sharesOf,
  totalSurvival,
} from "./survival.js";

/** One model that was merged. */
export interface InputRecord {
  /** Path as the recipe writes it. */
  model: string;
  role: "base" | "expert" | "base and expert";
  /** Hash of the header and of samples of every tensor, see `fingerprint`. */
  fingerprint: string;
  files: readonly {
    name: string;
    bytes: number;
    /** Hash of the whole file, where it was asked for. */
    sha256?: string;
  }[];
}

/** What became of one tensor. */
export interface TensorRecord {
  name: string;
  dtype: string;
  shape: readonly number[];
  /** Absent where the tensor was copied or there is no base to compare with. */
  survival?: SurvivalRecord;
}

/** Survival as it is reported. */
export interface SurvivalRecord extends SurvivalShares {
  /** Entries that the merge changed. */
  changed: number;
  /** Of these, entries that differ from the base as stored. */
  survived: number;
  /** L2 norm of the change before rounding. */
  change: number;
  /** L2 norm of the change as stored. */
  stored: number;
}

/** The object in provenance.json. It says nothing of time or machine: the same merge gives the same bytes. */
export interface Provenance {
  tool: string;
  method: string;
  dialect: string;
  seed: number;
  rounding: string;
  /** SHA-256 of recipe.yml. */
  recipe: string;
  inputs: readonly InputRecord[];
  output: readonly WrittenFile[];
  /** Of all tensors together; null without a base. */
  survival: SurvivalRecord | null;
  tensors: readonly TensorRecord[];
}

/** A survival with its shares and norms. */
function recordOf(survival: Survival): SurvivalRecord {
  const { changed, survived, change, stored } = survival;
  return {
    changed,
    survived,
    ...sharesOf(survival),
    change: Math.sqrt(change),
    stored: Math.sqrt(stored),
  };
}

/** Put together what is known after the last tensor. */
export function provenanceOf(
  { recipe, tensors }: MergePlan,
  inputs: readonly InputRecord[],
  output: readonly WrittenFile[],
  survivals: ReadonlyMap<string, Survival | null>,
): Provenance {
  const all = tensors.flatMap(({ name }) => survivals.get(name) ?? []);
  return {
    tool: toolName(),
    method: recipe.method,
    dialect: recipe.dialect,
    seed: recipe.seed,
    rounding: recipe.rounding,
    recipe: hashText(recipe.text),
    inputs,
    output,
    survival: all.length === 0 ? null : recordOf(totalSurvival(all)),
    tensors: tensors.map(({ name, dtype, shape }) => {
      const survival = survivals.get(name);
      return {
        name,
        dtype,
        shape,
        ...(survival ? { survival: recordOf(survival) } : {}),
      };
    }),
  };
}

function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)} %`;
}

/** A survival in one sentence. */
export function survivalText({
  entries,
  magnitude,
  error,
}: SurvivalShares): string {
  if (entries === null) return "The merge changed nothing.";
  return `Of the entries that the merge changed, ${percent(entries)} still differ from the base after rounding; ${percent(magnitude)} of the change's length is left, and it is off by ${percent(error)}.`;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((row) => `| ${row.join(" | ")} |`);
  return [head, `|${" --- |".repeat(rows[0]!.length)}`, ...body].join("\n");
}

/** Tensors by the last part of their name that says what they do, with the survival of each kind. */
function kinds(
  plan: MergePlan,
  survivals: ReadonlyMap<string, Survival | null>,
): [string, Survival][] {
  const groups = new Map<string, Survival[]>();
  for (const { name } of plan.tensors) {
    const survival = survivals.get(name);
    if (!survival) continue;
    const kind = name
      .replace(/\.(weight|bias)$/, "")
      .split(".")
      .at(-1)!;
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [survival]);
    else group.push(survival);
  }
  return [...groups].map(([kind, parts]) => [kind, totalSurvival(parts)]);
}

/** The text of README.md. */
export function modelCard(
  plan: MergePlan,
  { tool, inputs, survival, dialect, seed }: Provenance,
  survivals: ReadonlyMap<string, Survival | null>,
): string {
  const { recipe } = plan;
  const { title, paper } = methods[recipe.method]!;
  const models = table([
    ["model", "role", "fingerprint"],
    ...inputs.map(({ model, role, fingerprint }) => [
      codeSpan(model),
      role,
      `\`${fingerprint}\``,
    ]),
  ]);
  const rows = kinds(plan, survivals).map(([kind, part]) => {
    const { entries, magnitude, error } = sharesOf(part);
    return [
      codeSpan(kind),
      percent(entries),
      percent(magnitude),
      percent(error),
    ];
  });
  const report =
    survival === null
      ? "No base was given, so there is no change to follow."
      : `${survivalText(survival)}\n\n${table([["tensors", "entries", "length", "error"], ...rows])}`;
  return `---
library_name: transformers
tags:
  - merge
  - m2rl
---

# Merged by ${title}

${byteText(plan.bytesWritten)} in ${plan.tensors.length} tensors, merged by [${title}](${paper}) (dialect ${dialect}, seed ${seed}) with ${tool}.

${models}

## What is left of the change

${report}

## Recipe

Also in \`recipe.yml\`; hashes of inputs and outputs and numbers of every tensor are in \`provenance.json\`.

${codeBlock(recipe.text, "yaml")}
`;
}

/** Inputs of a plan, with the hashes that were taken of them by path. */
export function inputRecords(
  { recipe, models, tensors }: MergePlan,
  fingerprints: ReadonlyMap<string, string>,
  hashes: ReadonlyMap<string, string>,
): InputRecord[] {
  return models.map(({ ref, checkpoint }, index) => {
    const isExpert = tensors.some(({ experts }) =>
      experts.some(({ model }) => model === index),
    );
    const isBase = recipe.base?.path === ref.path;
    return {
      model: ref.name,
      role: isBase ? (isExpert ? "base and expert" : "base") : "expert",
      fingerprint: fingerprints.get(ref.path)!,
      files: checkpoint.files.map((file) => {
        const sha256 = hashes.get(file);
        return {
          name: basename(file),
          bytes: statSync(file).size,
          ...(sha256 === undefined ? {} : { sha256 }),
        };
      }),
    };
  });
}
