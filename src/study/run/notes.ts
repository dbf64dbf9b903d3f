/** What is done: the note that every finished stage leaves, and how it is compared with what is wanted now. */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import {
  BUDGETS,
  canonicalJson,
  readJsonObject,
  readText,
} from "../../io/index.js";
import { stageVersion } from "../graph/plan.js";
import type { Stage } from "../graph/stage.js";
import { failure } from "./failure.js";
import { hashJson, hashPath, toJson, type Json } from "./hash.js";
import type { Facts } from "./job.js";
import { replaceFile } from "./replaceFile.js";

/**
 * Note of a finished stage, `stages/<id>.json` in the run's folder. Notes are chained by hashes: the inputs of one are outputs of
 * others, and each holds the hash of itself.
 */
export interface Note {
  stage: string;
  kind: string;
  /** Hash of kind, version, spec and inputs: equal keys give equal outputs. */
  key: string;
  version: number;
  spec: { readonly [key: string]: Json | undefined };
  /** Hash of each input by name. */
  inputs: Record<string, string>;
  /** Hash of each output by path. */
  outputs: Record<string, string>;
  /** Wall-clock seconds of the last attempt; what an interrupted one did before is in the training log. */
  seconds: number;
  /** What computed it: engine, device, versions. */
  engine: Record<string, unknown>;
  /** Tokens, scores, sizes. */
  facts: Facts;
  /** Hash of all of the above. */
  hash: string;
}

/** A note before its own hash is known. */
export type NoteBody = Omit<Note, "hash">;

/** Hash of a note's content. */
function hashNote({ hash: _, ...body }: NoteBody & { hash?: string }): string {
  return hashJson(toJson(body));
}

/** Where a stage's note lies. */
export function notePath(runFolder: string, id: string): string {
  return join(runFolder, "stages", `${id}.json`);
}

/** The note of a stage; null when there is none that can be believed: it cannot be read, or its hash is not that of its content. */
export function readNote(runFolder: string, id: string): Note | null {
  const path = notePath(runFolder, id);
  if (!existsSync(path)) return null;
  try {
    const note = readJsonObject(
      path,
      BUDGETS.state,
      failure,
    ) as unknown as Note;
    return note.hash === hashNote(note) ? note : null;
  } catch {
    // A note is renamed into place whole; one that is broken was damaged later, and the work is then simply done again.
    return null;
  }
}

/** Write the note of a finished stage; from then on its work is skipped. */
export function writeNote(runFolder: string, body: NoteBody): Note {
  const note: Note = { ...body, hash: hashNote(body) };
  replaceFile(
    notePath(runFolder, note.stage),
    `${JSON.stringify(note, null, 1)}\n`,
  );
  return note;
}

/** Key of a stage with inputs of the given content. */
export function stageKey(
  { kind, spec }: Stage,
  inputs: Readonly<Record<string, string>>,
): string {
  const version = stageVersion(kind);
  return hashJson({ kind, version, spec: toJson(spec), inputs });
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

/**
 * Whether a stage's work is done.
 *
 * - "done": the note fits, and every output is what it says;
 * - "recorded": the note fits, but outputs are not here, as weights that a repository does not hold;
 * - "open": there is work; `reason` says in words why, and `changed` names outputs that are not what the note says.
 */
export type Status =
  | { state: "done"; note: Note }
  | { state: "recorded"; note: Note; reason: string }
  | { state: "open"; reason: string; changed: readonly string[] };

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
  const open = (reason: string, changed: readonly string[] = []): Status => ({
    state: "open",
    reason,
    changed,
  });
  const note = readNote(runFolder, stage.id);
  if (note === null)
    return existsSync(notePath(runFolder, stage.id))
      ? open("its note was changed")
      : open("not done yet");
  if (note.key !== stageKey(stage, inputs))
    return open(whyStale(stage, note, inputs));
  const unknown = stage.outputs.filter(
    (path) => note.outputs[path] === undefined,
  );
  if (unknown.length > 0) return open(`${unknown[0]} is missing`);
  const found = stage.outputs.map(
    (path) => [path, hashPath(join(runFolder, path))] as const,
  );
  const changed = found
    .filter(([path, hash]) => hash !== null && hash !== note.outputs[path])
    .map(([path]) => path);
  if (changed.length > 0)
    return open(`${changed[0]} changed since it was written`, changed);
  const lost = found.find(([, hash]) => hash === null);
  return lost
    ? { state: "recorded", note, reason: `${lost[0]} is missing` }
    : { state: "done", note };
}

/**
 * Move outputs that cannot be believed aside, so that nothing is made from them: those that are not what the note says, and
 * files of lines that hold a line which is no JSON.
 *
 * @returns the new paths, under the run's folder
 */
export function moveAside(
  stage: Stage,
  runFolder: string,
  changed: readonly string[],
): string[] {
  const broken = stage.outputs.filter(
    (path) => !changed.includes(path) && hasBrokenLine(join(runFolder, path)),
  );
  return [...changed, ...broken].map((path) => {
    let number = 1;
    const aside = (): string => `${path}.aside-${number}`;
    while (existsSync(join(runFolder, aside()))) number++;
    renameSync(join(runFolder, path), join(runFolder, aside()));
    return aside();
  });
}

function hasBrokenLine(path: string): boolean {
  if (!path.endsWith(".jsonl") || !existsSync(path)) return false;
  // The last line may have been cut short by a stop.
  const lines = readText(path, BUDGETS.lines, failure).split("\n").slice(0, -1);
  return lines.some((line) => {
    try {
      JSON.parse(line);
      return false;
    } catch {
      return true;
    }
  });
}

/** Paths at which two JSON values differ, for example "learningRate: 0.0001 → 0.0002". */
function differences(
  old: Json | undefined,
  now: Json | undefined,
  path = "",
): string[] {
  if (canonicalJson(old) === canonicalJson(now)) return [];
  const isMap = (value: Json | undefined): value is Record<string, Json> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(old) || !isMap(now)) {
    const show = (value: Json | undefined): string =>
      value === undefined ? "nothing" : canonicalJson(value);
    return [`${path} ${show(old)} → ${show(now)}`];
  }
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) =>
    differences(old[key], now[key], path === "" ? key : `${path}.${key}`),
  );
}

function whyStale(
  stage: Stage,
  note: Note,
  inputs: Readonly<Record<string, string>>,
): string {
  if (note.kind !== stage.kind || note.version !== stageVersion(stage.kind))
    return `code of ${stage.kind} changed`;
  const changed = differences(note.spec, toJson(stage.spec));
  if (changed.length > 0)
    return changed.slice(0, 3).join(", ") + (changed.length > 3 ? ", …" : "");
  const names = [
    ...new Set([...Object.keys(inputs), ...Object.keys(note.inputs)]),
  ];
  const other = names.filter((name) => inputs[name] !== note.inputs[name]);
  return `input ${other.slice(0, 3).join(", ")}${other.length > 3 ? ", …" : ""} changed`;
}
