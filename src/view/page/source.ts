/** Where a page's data come from: a server that it asks, or the files of an export. */
import { listTasks, sampleOf, type TextOf } from "../data/blocks.js";
import type {
  ClaimInfo,
  Curve,
  RecordPlace,
  RunInfo,
  SampleView,
  ScoreTable,
  StudyInfo,
  TaskPage,
  TaskQuery,
  WholeBlock,
} from "../data/types.js";

/** Where records of a benchmark lie. */
export interface BlockPlace {
  measure: string;
  seed: number;
  benchmark: string;
}

/** One sample of some models. */
export interface SampleQuery {
  models: string[];
  task: string;
  sample: number;
}

/** Everything that pages ask. */
export interface Source {
  study(): Promise<StudyInfo>;
  runs(): Promise<RunInfo[]>;
  curve(model: string, seed: number): Promise<Curve | null>;
  places(): Promise<RecordPlace[]>;
  scores(measure: string, against: string | null): Promise<ScoreTable | null>;
  tasks(place: BlockPlace, query: TaskQuery): Promise<TaskPage | null>;
  sample(place: BlockPlace, query: SampleQuery): Promise<SampleView | null>;
  rows<Row>(name: string): Promise<Row[] | null>;
  claims(): Promise<ClaimInfo[]>;
  /** Hears what changed, and whether the server is there. */
  follow(
    onChange: (changed: string[]) => void,
    onState: (isThere: boolean) => void,
  ): void;
}

type Params = Readonly<Record<string, string | number | readonly string[]>>;

async function ask<Answer>(name: string, params: Params = {}): Promise<Answer> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params))
    for (const each of Array.isArray(value) ? value : [value])
      search.append(key, String(each));
  const answer = await fetch(`data/${name}?${search.toString()}`);
  const body = (await answer.json()) as Answer & { error?: string };
  if (!answer.ok) throw new Error(body.error ?? `status ${answer.status}`);
  return body;
}

/** Data of a running server. */
export function serverSource(): Source {
  return {
    study: () => ask("study"),
    runs: () => ask("runs"),
    curve: (model, seed) => ask("curve", { model, seed }),
    places: () => ask("places"),
    scores: (measure, against) =>
      ask("scores", { measure, ...(against === null ? {} : { against }) }),
    tasks: (place, { models, differ, kept, ...rest }) =>
      ask("tasks", {
        ...{ ...place, ...rest, model: models },
        ...(differ ? { differ: 1 } : {}),
        ...(kept ? { kept: 1 } : {}),
      }),
    sample: (place, { models, ...rest }) =>
      ask("sample", { ...place, ...rest, model: models }),
    rows: (name) => ask("rows", { name }),
    claims: () => ask("claims"),
    follow(onChange, onState) {
      const events = new EventSource("events");
      events.addEventListener("open", () => onState(true));
      events.addEventListener("error", () => onState(false));
      events.addEventListener("change", (event) =>
        onChange(JSON.parse(event.data as string) as string[]),
      );
    },
  };
}

/** Where a data file puts its value: scripts can be loaded from the file system, JSON cannot. */
const loaded = new Map<string, unknown>();

declare global {
  /** Called by every data file of an export. */
  var m2rlData: (name: string, value: unknown) => void;
}
globalThis.m2rlData = (name, value) => void loaded.set(name, value);

const underWay = new Map<string, Promise<void>>();

async function load<Value>(name: string): Promise<Value | null> {
  const known =
    underWay.get(name) ??
    new Promise<void>((resolve) => {
      const script = document.createElement("script");
      script.src = `data/${name.split("/").map(encodeURIComponent).join("/")}.js`;
      script.addEventListener("load", () => resolve());
      script.addEventListener("error", () => resolve());
      document.head.append(script);
    });
  underWay.set(name, known);
  await known;
  return (loaded.get(name) as Value | undefined) ?? null;
}

async function blockOf(
  place: BlockPlace,
): Promise<{ block: WholeBlock; textOf: TextOf } | null> {
  const { measure, seed, benchmark } = place;
  const block = await load<WholeBlock>(
    `records/${measure}/${seed}/${benchmark}`,
  );
  if (block === null) return null;
  const textOf: TextOf = (model, task, sample) =>
    block.texts[model]?.[task * block.samples + sample] ?? null;
  return { block, textOf };
}

/** Data of an export; its index says which files there are. */
export function fileSource(): Source {
  const index = load<{ study: StudyInfo; files: string[] }>("index");
  const has = async (name: string): Promise<boolean> =>
    (await index)?.files.includes(name) === true;
  const ifThere = async <Value>(name: string): Promise<Value | null> =>
    (await has(name)) ? load<Value>(name) : null;
  return {
    study: async () => {
      const own = await index;
      if (own === null) throw new Error("the export has no data/index.js");
      return own.study;
    },
    runs: async () => (await ifThere<RunInfo[]>("runs")) ?? [],
    curve: (model, seed) => ifThere(`curves/${model}/${seed}`),
    places: async () => (await ifThere<RecordPlace[]>("places")) ?? [],
    scores: (measure, against) =>
      ifThere(
        `scores/${measure}${against === null ? "" : `/against/${against}`}`,
      ),
    async tasks(place, query) {
      const own = await blockOf(place);
      return own && listTasks(own.block, query, own.textOf);
    },
    async sample(place, query) {
      const own = await blockOf(place);
      return own && sampleOf(own.block, query, own.textOf);
    },
    rows: (name) => ifThere(`rows/${name}`),
    claims: async () => (await ifThere<ClaimInfo[]>("claims")) ?? [],
    follow: () => undefined,
  };
}
