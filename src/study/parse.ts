/** Read a study file: YAML text → a resolved, checked study; nothing runs before this succeeds. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { Domain } from "../domains/index.js";
import { StudyError } from "../error.js";
import { methods } from "../merge/index.js";
import { hint } from "../nearest.js";
import { benchmarksOf } from "./behaviour.js";
import { storedName } from "./weights.js";
import { check, errorAt, missing, type Source } from "./schema.js";
import {
  fileSchema,
  PROFILES,
  resolvedSchema,
  type Profile,
  type MixSpec,
  type RlSpec,
  type StudySpec,
} from "./spec.js";

type Plain = Record<string, unknown>;

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` laid over `under`: maps key by key, everything else replaced. */
function lay(under: unknown, over: unknown): unknown {
  if (!isPlain(under) || !isPlain(over)) return over;
  const result: Plain = { ...under };
  for (const [key, value] of Object.entries(over)) {
    result[key] = Object.hasOwn(under, key) ? lay(under[key], value) : value;
  }
  return result;
}

/**
 * A study for one profile, from the text of its file.
 *
 * @param text     YAML
 * @param profile  which profile is laid over the common part
 * @param file     name for messages
 * @throws StudyError the first thing that is wrong: file, line, column, what must hold and the nearest known name
 * @example
 * study.parseStudy(readFileSync("data/nano/study.yml", "utf8"), "quick").seeds
 */
export function parseStudy(
  text: string,
  profile: Profile,
  file = "study.yml",
): StudySpec {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
  });
  const source: Source = { file, lines };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new StudyError(
      `study: ${file}:${line}:${col}: ${problem.message.split(/ at line | in \d|\n/)[0]}`,
    );
  }
  const all = check(
    document.contents as Node | null,
    fileSchema,
    "",
    source,
  ) as Plain;
  const { profiles = {}, ...common } = all;
  const over = (profiles as Plain)[profile];
  if (over === undefined) {
    throw errorAt(
      source,
      document.get("profiles", true) as Node | null,
      `profiles must hold ${profile}, got none`,
    );
  }
  const spec = {
    distill: {},
    trajectories: null,
    size: null,
    neighborhoods: null,
    pairs: null,
    verification: null,
    overlaps: null,
    storage: null,
    why: null,
    ...(lay(common, over) as Plain),
  };
  const lacking = missing(spec, resolvedSchema);
  if (lacking !== null) {
    const at = nodeAt(document, ["profiles", profile]) ?? document.contents;
    throw errorAt(
      source,
      at as Node,
      `${lacking} must be given, got none in profile ${profile}`,
    );
  }
  checkReferences(spec as unknown as StudySpec, document, source, profile);
  return spec as unknown as StudySpec;
}

function nodeAt(document: Document, path: readonly string[]): Node | null {
  return (document.getIn(path, true) as Node | undefined) ?? null;
}

type Mixed = MixSpec & Pick<RlSpec, "promptsPerStep">;

/** Runs over several domains, each with its path in the file. */
function mixedRuns({ multi, distill }: StudySpec): [string[], Mixed][] {
  return [
    [["multi"], multi],
    ...Object.entries(distill).map(([name, run]): [string[], Mixed] => [
      ["distill", name],
      run,
    ]),
  ];
}

/** Names that must fit each other: domains, seeds and models. */
function checkReferences(
  spec: StudySpec,
  document: Document,
  source: Source,
  profile: Profile,
): void {
  const find = (path: string[]): Node | null =>
    nodeAt(document, ["profiles", profile, ...path]) ??
    nodeAt(document, path) ??
    document.contents;
  const known = spec.domains.join(", ");
  const needDomain = (domain: string, path: string[]): void => {
    if (!(spec.domains as string[]).includes(domain)) {
      throw errorAt(
        source,
        find(path),
        `${path.join(".")} must name a domain of this study (${known}), got ${domain}`,
      );
    }
  };
  for (const domain of Object.keys(spec.experts.byDomain ?? {}))
    needDomain(domain, ["experts", "byDomain", domain]);
  for (const [path, { weights, quotas, promptsPerStep }] of mixedRuns(spec)) {
    for (const domain of Object.keys(weights ?? {}))
      needDomain(domain, [...path, "weights"]);
    for (const domain of weights ? spec.domains : []) {
      if (weights?.[domain] !== undefined) continue;
      throw errorAt(
        source,
        find([...path, "weights"]),
        `${path.join(".")}.weights must hold every domain of this study (${known}), got none for ${domain}`,
      );
    }
    for (const domain of Object.keys(quotas ?? {}))
      needDomain(domain, [...path, "quotas"]);
    const sum = Object.values(quotas ?? {}).reduce((a, b) => a + b, 0);
    if (quotas && sum !== promptsPerStep) {
      throw errorAt(
        source,
        find([...path, "quotas"]),
        `${path.join(".")}.quotas must add up to promptsPerStep ${promptsPerStep}, got ${sum}`,
      );
    }
  }
  const taken = ["base", "sft", "multi", ...spec.domains];
  const stored = spec.storage ? spec.domains.map(storedName) : [];
  for (const [key, names] of [
    ["merges", Object.keys(spec.merges)],
    ["distill", Object.keys(spec.distill)],
  ] as const) {
    for (const name of names) {
      if (taken.includes(name) || stored.includes(name)) {
        throw errorAt(
          source,
          find([key, name]),
          `${key}.${name} must not be the name of another model, got ${name}`,
        );
      }
      taken.push(name);
    }
  }
  for (const [name, merge] of Object.entries(spec.merges)) {
    for (const domain of merge.experts ?? [])
      needDomain(domain, ["merges", name, "experts"]);
    const defaults: Readonly<Record<string, unknown>> = {
      ...methods[merge.method].defaults,
      seed: undefined,
    };
    const known = Object.keys(defaults).filter((option) => option !== "seed");
    for (const [option, value] of Object.entries(merge.options ?? {})) {
      const path = `merges.${name}.options`;
      const at = find(["merges", name, "options", option]);
      if (!known.includes(option)) {
        const help = known.length === 0 ? "it has none" : hint(option, known);
        throw errorAt(
          source,
          at,
          `${path} must be options of ${merge.method}, got ${JSON.stringify(option)}; ${help}`,
        );
      }
      if (typeof value !== typeof defaults[option]) {
        throw errorAt(
          source,
          at,
          `${path}.${option} must be a ${typeof defaults[option]}, got ${String(value)}`,
        );
      }
    }
  }
  for (const key of ["neighborhoods", "verification"] as const) {
    for (const name of spec[key]?.models ?? []) {
      if (!taken.includes(name)) {
        throw errorAt(
          source,
          find([key, "models"]),
          `${key}.models must name models of this study, got ${JSON.stringify(name)}; ${hint(name, taken)}`,
        );
      }
    }
  }
  for (const domain of spec.pairs?.domains ?? [])
    needDomain(domain, ["pairs", "domains"]);
  const needBenchmark = (domain: Domain, path: string[]): void => {
    if (benchmarksOf(spec, domain).length === 0) {
      throw errorAt(
        source,
        find(path),
        `${path.join(".")} must have benchmarks of ${domain} in evaluate.benchmarks, got none`,
      );
    }
  };
  if (spec.storage)
    for (const domain of spec.domains) needBenchmark(domain, ["storage"]);
  if (spec.neighborhoods)
    for (const domain of spec.domains) needBenchmark(domain, ["neighborhoods"]);
  for (const domain of spec.pairs?.domains ?? [])
    needBenchmark(domain, ["pairs", "domains"]);
  checkWhy(spec, (path, text) => {
    throw errorAt(source, find(path), `${path.join(".")} ${text}`);
  });
  for (const key of ["size", "storage", "why"] as const) {
    for (const seed of spec[key]?.seeds ?? []) {
      if (!spec.seeds.includes(seed)) {
        throw errorAt(
          source,
          find([key, "seeds"]),
          `${key}.seeds must be seeds of this profile (${spec.seeds.join(", ")}), got ${seed}`,
        );
      }
    }
  }
}

/** The section's domains, steps and merges must be the study's. */
function checkWhy(
  spec: StudySpec,
  refuse: (path: string[], text: string) => never,
): void {
  const { why, domains, experts } = spec;
  if (!why) return;
  if (why.grid % 4 !== 1)
    refuse(
      ["why", "grid"],
      `must be 5, 9, 13, …, so that the experts lie on it, got ${why.grid}`,
    );
  const known = Object.keys(spec.merges);
  for (const name of why.merges) {
    if (!known.includes(name))
      refuse(
        ["why", "merges"],
        `must name merges of this study, got ${JSON.stringify(name)}; ${hint(name, known)}`,
      );
  }
  for (const [domain, steps] of Object.entries(why.steps) as [
    Domain,
    number,
  ][]) {
    const path = ["why", "steps", domain];
    if (!domains.includes(domain))
      refuse(
        path,
        `must name a domain of this study (${domains.join(", ")}), got ${domain}`,
      );
    const most = experts.byDomain?.[domain]?.steps ?? experts.steps;
    if (steps > most)
      refuse(path, `must be at most the expert's ${most} steps, got ${steps}`);
    if (benchmarksOf(spec, domain).length === 0)
      refuse(path, `must have benchmarks in evaluate.benchmarks, got none`);
  }
}

/**
 * Read `study.yml` in a folder (or the file itself).
 *
 * @returns the folder and the study resolved for the profile
 * @throws StudyError no such file or profile, or the file is broken
 */
export function readStudy(
  path: string,
  profile: string,
): { folder: string; spec: StudySpec; profile: Profile } {
  if (!(PROFILES as readonly string[]).includes(profile)) {
    throw new StudyError(
      `study: profile must be one of ${PROFILES.join(", ")}, got ${JSON.stringify(profile)}`,
    );
  }
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "study.yml") : path;
  if (!existsSync(file))
    throw new StudyError(
      `study: ${file} must be a study file, got no such file`,
    );
  const spec = parseStudy(readFileSync(file, "utf8"), profile as Profile, file);
  return {
    folder: isFolder ? path : join(file, ".."),
    spec,
    profile: profile as Profile,
  };
}
