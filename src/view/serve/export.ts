/** A study as a folder of static files that opens from the file system: the same pages, with the answers beside them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeFolder } from "../../io/index.js";
import { failure } from "../data/failure.js";
import { Resources, ROW_FILES } from "../data/resources.js";
import { ASSETS, asset, pageHtml } from "./page.js";

/** Options of `exportView`. */
export interface ExportOptions {
  /** A profile of the study, default "quick". */
  profile?: string;
  /** Replace a folder that an earlier export wrote; any other is refused. Default false. */
  replace?: boolean;
  /** Files of `m2rl diff --json` that the page "Weights" shows too. */
  reports?: readonly string[];
}

/** What an export holds. */
export interface Exported {
  /** The page to open. */
  page: string;
  files: number;
  bytes: number;
}

/** Everything that the pages ask, by the name of its file. */
function* answers(resources: Resources): Generator<[string, unknown]> {
  yield ["runs", resources.runs()];
  for (const { model, seed } of resources.runs())
    yield [`curves/${model}/${seed}`, resources.curve(model, seed)];
  const places = resources.places();
  yield ["places", places];
  for (const { measure, models, seeds, benchmarks } of places) {
    for (const against of [null, ...models]) {
      const end = against === null ? "" : `/against/${against}`;
      yield [`scores/${measure}${end}`, resources.scores(measure, against)];
    }
    for (const seed of seeds)
      for (const { name: benchmark } of benchmarks) {
        const name = `records/${measure}/${seed}/${benchmark}`;
        yield [name, resources.block({ measure, seed, benchmark })];
      }
  }
  for (const name of ROW_FILES) yield [`rows/${name}`, resources.rows(name)];
  yield ["claims", resources.claims()];
}

/** A data file: a script that hands its value over, since a page from the file system may load nothing else. */
function dataFile(name: string, value: unknown): string {
  return `m2rlData(${JSON.stringify(name)},${JSON.stringify(value)});\n`;
}

/**
 * Write a study as a static site.
 *
 * @param path  folder with a `study.yml`, or the file
 * @param out   the folder to write; it appears whole or not at all
 * @throws StudyError the study file is broken, or `out` holds what no export wrote
 * @example
 * exportView("data/hard", "site/explore", { profile: "full" }).page // "site/explore/index.html"
 */
export function exportView(
  path: string,
  out: string,
  { profile, replace = false, reports }: ExportOptions = {},
): Exported {
  const resources = new Resources(path, { profile, reports });
  const study = resources.study();
  let files = 0;
  let bytes = 0;
  writeFolder(
    out,
    (folder) => {
      const write = (name: string, content: string | Buffer): void => {
        const target = join(folder, name);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
        files++;
        bytes += Buffer.byteLength(content);
      };
      const names: string[] = [];
      for (const [name, value] of answers(resources)) {
        if (value === null) continue;
        write(`data/${name}.js`, dataFile(name, value));
        names.push(name);
      }
      write("data/index.js", dataFile("index", { study, files: names }));
      for (const name of Object.keys(ASSETS)) write(name, asset(name));
      write("index.html", pageHtml(`${study.name} · m2rl`, "files"));
    },
    { inputs: [path], replace, failure, hint: "--force replaces an export" },
  );
  return { page: join(out, "index.html"), files, bytes };
}
