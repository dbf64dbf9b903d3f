/** Read a study file: YAML text → a resolved, checked study; nothing runs before this succeeds. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  isMap as isMapNode,
  isScalar,
  visit,
  type Document,
  type LineCounter,
  type Node,
} from "yaml";
import { DOMAINS, type AnswerForm, type Domain } from "../../domains/index.js";
import { StudyError } from "../../error.js";
import {
  BUDGETS,
  parseYaml,
  readText,
  type TextPlace,
} from "../../io/index.js";
import { MEASURED_SPLITS, type MeasuredSplit } from "../../evaluate/index.js";
import {
  DIFFICULTIES,
  ENGLISH_DOMAINS,
  TASK_SOURCES,
  type Difficulty,
  type TaskSource,
} from "../../world/index.js";
import type { MeasureEntry, StudySpec } from "../graph/model.js";
import { plan } from "../graph/plan.js";
import type { Resources } from "../graph/resources.js";
import { measure, MEASURE_KEYS } from "../measures/index.js";
import { failure } from "../run/failure.js";
import { expand } from "./expand.js";
import { lay } from "./entry.js";
import {
  choice,
  integer,
  list,
  object,
  text as textField,
  withDefault,
  type Field,
  type Scope,
} from "./field.js";
import {
  absent,
  asMap,
  FieldError,
  isMap,
  show,
  unknownKey,
  type Path,
} from "./fieldError.js";
import type { Names } from "./references.js";
import { resourcesByKind } from "./resources.js";
import { answerForm, NAME, name } from "./values.js";

type Plain = Record<string, unknown>;

/** Models of all seeds at most. */
const MOST_RUNS = 20_000;

/** The parts of a file that are not sections. */
interface Head {
  name: string;
  base: string;
  domains: Domain[];
  difficulty: Difficulty;
  tasks: TaskSource;
  answerForm: AnswerForm;
  split: MeasuredSplit;
  seeds: number[];
  resources: Readonly<Record<string, Resources>>;
}

const head: Field<Head> = object<Head>({
  name,
  base: textField(/./, "a folder"),
  domains: list(choice(DOMAINS), 1),
  difficulty: withDefault(choice(DIFFICULTIES), "easy"),
  tasks: withDefault(choice(TASK_SOURCES), "nano"),
  answerForm,
  split: withDefault(choice(MEASURED_SPLITS), "benchmark"),
  seeds: list(integer({ min: 0 }), 1),
  resources: resourcesByKind,
});

const TOP = [...Object.keys(head.fields!), "models", "measures", "profiles"];

/**
 * A study for one profile, from the text of its file. All profiles of the file are checked.
 *
 * @param text     YAML
 * @param profile  which profile is laid over the common part
 * @param file     name for messages
 * @throws StudyError the first thing that is wrong: file, line, column, what must hold and the nearest known name
 * @example
 * study.parseStudy(readFileSync("data/hard/study.yml", "utf8"), "quick").seeds
 */
export function parseStudy(
  text: string,
  profile: string,
  file = "study.yml",
): StudySpec {
  const source = new Source(text, file);
  const all = source.plain();
  const { profiles = {}, ...common } = all;
  const known = isMap(profiles) ? profiles : {};
  if (!Object.hasOwn(known, profile))
    throw source.errorAt(
      source.nodeAt(["profiles"]) ?? source.root,
      `profiles must hold ${profile}, got ${Object.keys(known).join(", ") || "none"}`,
    );
  const others = Object.keys(known).filter((key) => key !== profile);
  const [wanted] = [profile, ...others].map((key) =>
    source.within(key, () => {
      // A profile without a line of its own is the common part.
      const own = asMap(known[key] ?? {}, ["profiles", key]);
      return resolve(layProfile(common, own));
    }),
  );
  return wanted!;
}

/** The common part with a profile over it, key by key; a model or measure that the profile makes *by* another operation is written anew. */
function layProfile(common: Plain, own: Plain): Plain {
  const laid = lay(common, own) as Plain;
  for (const section of ["models", "measures"]) {
    const [under, over, both] = [common, own, laid].map((of) => of[section]);
    if (!isMap(under) || !isMap(over) || !isMap(both)) continue;
    for (const [key, entry] of Object.entries(over)) {
      const before = under[key];
      if (!isMap(entry) || !isMap(before) || entry.by === undefined) continue;
      // A measure without `by` is one of its own name; a model without it is like another one.
      const by = before.by ?? (section === "measures" ? key : entry.by);
      if (entry.by !== by) both[key] = entry;
    }
  }
  return laid;
}

/** Names of the profiles in the text of a study file. */
export function profilesOf(text: string): string[] {
  const { profiles } = new Source(text, "study.yml").plain();
  return isMap(profiles) ? Object.keys(profiles) : [];
}

function resolve(all: Plain): StudySpec {
  for (const key of Object.keys(all))
    if (!TOP.includes(key)) throw unknownKey(key, [], TOP);
  const { models, measures = {}, ...rest } = all;
  const nothing: Scope = { domains: DOMAINS, resolve: () => [] };
  const top = head.parse(rest, [], nothing);
  const names = expand(mapAt(models, ["models"]), top.domains);
  const study: StudySpec = {
    ...top,
    models: names.models,
    lists: Object.fromEntries(names.lists),
    measures: measuresOf(mapAt(measures, ["measures"]), names, top.domains),
  };
  const runs = study.seeds.length * study.models.length;
  if (runs > MOST_RUNS)
    throw new FieldError(
      ["seeds"],
      `seeds must ask for at most ${MOST_RUNS} models of all seeds, got ${runs}`,
    );
  checkTasks(study);
  // What must fit between sections shows when stages are planned.
  plan(study);
  return study;
}

/** English tasks exist for some domains, without demonstrations; only our trainer puts tasks in another form. */
function checkTasks({
  tasks,
  domains,
  models,
  answerForm: form,
}: StudySpec): void {
  const isPlain = tasks === "nano" && Object.keys(form).length === 0;
  for (const { list: entry, by, options } of isPlain ? [] : models) {
    const { trainer, source } = options as {
      trainer?: string;
      source?: string;
    };
    const place = `models.${entry}`;
    if (trainer !== undefined)
      throw new RangeError(
        `${place}.trainer must be local where the study has tasks or answerForm of its own, got ${trainer}`,
      );
    if (tasks === "english" && (by === "sft" || source === "demonstrations"))
      throw new RangeError(
        `${place} must learn without demonstrations where tasks are english, got ${by}`,
      );
  }
  if (tasks !== "english") return;
  const other = domains.find((domain) => !ENGLISH_DOMAINS.includes(domain));
  if (other !== undefined)
    throw new FieldError(
      ["domains"],
      `domains must be of ${ENGLISH_DOMAINS.join(", ")} where tasks are english, got ${other}`,
    );
}

/** A map of sections. */
function mapAt(value: unknown, path: Path): Plain {
  if (value === undefined) throw absent(path);
  return asMap(value, path);
}

function measuresOf(
  entries: Plain,
  names: Names,
  domains: readonly Domain[],
): MeasureEntry[] {
  const scope: Scope = {
    domains,
    resolve: (reference) => names.resolve(reference),
  };
  return Object.entries(entries).map(([key, entry]) => {
    const path = ["measures", key];
    const { by = key, ...options } = asMap(entry, path);
    if (
      !NAME.test(key) ||
      (by === key && !MEASURE_KEYS.some((own) => own === key))
    )
      throw unknownKey(key, ["measures"], MEASURE_KEYS);
    const kind = choice(MEASURE_KEYS).parse(by, [...path, "by"], scope);
    const parsed = measure(kind).options.parse(options, path, scope);
    return { name: key, by: kind, options: parsed };
  });
}

/** The text of a file with the places of its values. */
class Source {
  private readonly lines: LineCounter;
  private readonly document: Document;

  constructor(
    text: string,
    private readonly file: string,
  ) {
    const { document, lines } = parseYaml(text, (place, message) =>
      this.error(place, message),
    );
    this.document = document;
    this.lines = lines;
    visit(this.document, {
      Alias: (_, node) => {
        throw this.errorAt(
          node,
          `values must be written out, got the alias *${node.source}`,
        );
      },
    });
  }

  get root(): Node | null {
    return this.document.contents as Node | null;
  }

  plain(): Plain {
    const value: unknown = this.document.toJS();
    if (!isMap(value))
      throw this.errorAt(
        this.root,
        `the study must be a map, got ${value === null ? "nothing" : show(value)}`,
      );
    return value;
  }

  nodeAt(path: Path): Node | null {
    return (this.document.getIn(path, true) as Node | undefined) ?? null;
  }

  errorAt(
    node: { range?: readonly number[] | null } | null,
    text: string,
  ): StudyError {
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0);
    return this.error({ line, column: col }, text);
  }

  private error({ line, column }: TextPlace, text: string): StudyError {
    return new StudyError(`study: ${this.file}:${line}:${column}: ${text}`);
  }

  /** Do something for one profile; what is wrong is told with its place in the file. */
  within<T>(profile: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof FieldError)
        throw this.errorAt(
          this.find(error.path, error.place, profile),
          error.place === "absent"
            ? `${error.text} in profile ${profile}`
            : error.text,
        );
      if (!(error instanceof RangeError)) throw error;
      const path = /^[\w.-]+/.exec(error.message)?.[0].split(".") ?? [];
      throw this.errorAt(this.find(path, "value", profile), error.message);
    }
  }

  /** The nearest place to a path: in the profile, else in the common part, else that of its parent. */
  private find(
    path: Path,
    place: FieldError["place"],
    profile: string,
  ): Node | null {
    if (place === "absent") {
      const own = this.nodeAt(["profiles", profile]);
      return this.nodeAt(path.slice(0, -1)) && path.length > 1
        ? this.nodeAt(path.slice(0, -1))
        : (own ?? this.root);
    }
    for (let length = path.length; length > 0; length--) {
      const part = path.slice(0, length);
      for (const at of [["profiles", profile, ...part], part]) {
        const found =
          place === "key" && length === path.length
            ? this.keyAt(at)
            : this.nodeAt(at);
        if (found) return found;
      }
    }
    return this.root;
  }

  private keyAt(path: Path): Node | null {
    const map = this.nodeAt(path.slice(0, -1));
    if (!isMapNode(map)) return null;
    const pair = map.items.find(
      ({ key }) => isScalar(key) && String(key.value) === path.at(-1),
    );
    return (pair?.key as Node | undefined) ?? null;
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
): { folder: string; spec: StudySpec; profile: string } {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "study.yml") : path;
  if (!existsSync(file))
    throw new StudyError(`study: ${file} not found; it must be a study file`);
  const spec = parseStudy(readText(file, BUDGETS.yaml, failure), profile, file);
  return { folder: isFolder ? path : join(file, ".."), spec, profile };
}
