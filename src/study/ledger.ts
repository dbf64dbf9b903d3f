/** What is done: the note that every finished stage leaves, and how it is compared with what is wanted now. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonical, hashJson, hashPath, type Json } from "./hash.js";
import { stageVersion, type Stage } from "./plan.js";
import { replaceFile } from "./replaceFile.js";

/** Note of a finished stage, `stages/<id>.json` in the run's folder. */
export interface Note {
  stage: string;
  /** Hash of kind, version, spec and inputs: equal keys give equal outputs. */
  key: string;
  version: number;
  spec: Stage["spec"];
  /** Hash of each input by name. */
  inputs: Record<string, string>;
  /** Hash of each output by path. */
  outputs: Record<string, string>;
  /** Wall-clock seconds of the last attempt; what an interrupted one did before is in the training log. */
  seconds: number;
  /** What computed it: engine, device, versions. */
  engine: Record<string, unknown>;
  /** Tokens, scores, sizes. */
  facts: Record<string, unknown>;
}

/** Whether a stage's work is done. `reason` says in words why it is not. */
export type Status =
  { done: true; note: Note } | { done: false; reason: string };

function notePath(runFolder: string, id: string): string {
  return join(runFolder, "stages", `${id}.json`);
}

/** The note of a stage, or null when there is none that can be read. */
export function readNote(runFolder: string, id: string): Note | null {
  const path = notePath(runFolder, id);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Note;
  } catch {
    // A note is renamed into place whole; one that is broken was damaged later, and the work is then simply done again.
    return null;
  }
}

/** Write the note of a finished stage; from then on its work is skipped. */
export function writeNote(runFolder: string, note: Note): void {
  replaceFile(
    notePath(runFolder, note.stage),
    `${JSON.stringify(note, null, 1)}\n`,
  );
}

/** Key of a stage with inputs of the given content. */
export function stageKey(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
): string {
  return hashJson({
    kind: stage.kind,
    version: stageVersion(stage.kind),
    spec: stage.spec,
    inputs,
  });
}

/** Hashes of the outputs as they lie on disk; null where one is missing. */
export function hashOutputs(
  runFolder: string,
  paths: readonly string[],
): Record<string, string> | null {
  const hashes: Record<string, string> = {};
  for (const path of paths) {
    const hash = hashPath(join(runFolder, path));
    if (hash === null) return null;
    hashes[path] = hash;
  }
  return hashes;
}

/** Paths at which two JSON values differ, for example "learningRate: 0.0001 → 0.0002". */
function differences(
  old: Json | undefined,
  now: Json | undefined,
  path = "",
): string[] {
  if (canonical(old) === canonical(now)) return [];
  const isMap = (value: Json | undefined): value is Record<string, Json> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(old) || !isMap(now)) {
    const show = (value: Json | undefined): string =>
      value === undefined ? "nothing" : canonical(value);
    return [`${path} ${show(old)} → ${show(now)}`];
  }
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) =>
    differences(old[key], now[key], path === "" ? key : `${path}.${key}`),
  );
}

/**
 * Is this stage done, given the content of its inputs?
 *
 * @param inputs  hash of each input by name
 */
export function statusOf(
  stage: Stage,
  runFolder: string,
  inputs: Readonly<Record<string, string>>,
): Status {
  const note = readNote(runFolder, stage.id);
  if (note === null) return { done: false, reason: "not done yet" };
  if (note.key !== stageKey(stage, inputs))
    return { done: false, reason: whyStale(stage, note, inputs) };
  for (const path of stage.outputs) {
    const hash = hashPath(join(runFolder, path));
    if (hash === null) return { done: false, reason: `${path} is missing` };
    if (hash !== note.outputs[path])
      return { done: false, reason: `${path} changed since it was written` };
  }
  return { done: true, note };
}

function whyStale(
  stage: Stage,
  note: Note,
  inputs: Readonly<Record<string, string>>,
): string {
  if (note.version !== stageVersion(stage.kind))
    return `code of ${stage.kind} changed`;
  const changed = differences(note.spec, stage.spec);
  if (changed.length > 0)
    return changed.slice(0, 3).join(", ") + (changed.length > 3 ? ", …" : "");
  const names = [
    ...new Set([...Object.keys(inputs), ...Object.keys(note.inputs)]),
  ];
  const other = names.filter((name) => inputs[name] !== note.inputs[name]);
  return `input ${other.slice(0, 3).join(", ")}${other.length > 3 ? ", …" : ""} changed`;
}
