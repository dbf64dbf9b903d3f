/** A study from a notebook: the link to its page, and the page's main plots as SVG. */
import {
  benchmarkLabel,
  modelLabel,
  rewardCurves,
  scoreDots,
  studyGraph,
  type Figure,
} from "../report/index.js";
import type { Study } from "../study/index.js";
import { Resources } from "./data/resources.js";
import { startView, type View, type ViewOptions } from "./serve/server.js";

/** The part of a notebook's `display` object that a view needs (tslab's `display` fits). */
export interface ViewDisplay {
  svg(svg: string): void;
  text(text: string): void;
}

/** Options of `view`. */
export interface NotebookViewOptions extends Omit<ViewOptions, "profile"> {
  /** `display` of the notebook; without it nothing is shown. */
  display?: ViewDisplay;
  /** The measure whose scores are drawn, default the first that has any. */
  measure?: string;
}

/** A page that is being served, and its main plots. */
export interface NotebookView extends View {
  /** The graph; rewards of reinforcement learning and scores where there are any. */
  figures: Figure[];
}

/** Rewards along every run of reinforcement learning whose log is here. */
function rewards(study: Study, resources: Resources): Figure[] {
  const trained = study.spec.models.filter(({ by }) => by === "rl");
  // The experts and the mixed run; variants of them would make a wall of panels.
  const plain = trained.filter(
    ({ name, role, domains }) =>
      role === "multi" || (domains.length === 1 && domains[0] === name),
  );
  const shown = plain.length > 0 ? plain : trained.slice(0, 6);
  const rows = shown.flatMap(({ name }) =>
    study.spec.seeds.flatMap((seed) => {
      const curve = resources.curve(name, seed);
      const values = curve?.values["reward"] ?? [];
      return (curve?.step ?? []).flatMap((step, i) => {
        const reward = values[i];
        return typeof reward === "number"
          ? [{ run: name, seed, step, reward }]
          : [];
      });
    }),
  );
  return rows.length === 0 ? [] : [rewardCurves(rows)];
}

/** Scores of every model with their intervals. */
function scores(resources: Resources, measure: string | undefined): Figure[] {
  const name = measure ?? resources.places()[0]?.measure;
  const table = name === undefined ? null : resources.scores(name, null);
  const rows = (table?.rows ?? []).flatMap(({ model, cells, average }) =>
    [...cells, average].flatMap((cell, i) =>
      cell === null
        ? []
        : [
            {
              ...{ model, label: modelLabel(model), score: cell.value },
              ...{ low: cell.low, high: cell.high },
              benchmark:
                table!.benchmarks[i]?.label ?? benchmarkLabel("average"),
            },
          ],
    ),
  );
  return rows.length === 0 ? [] : [scoreDots(rows)];
}

/** The page's main plots, as they are now. */
function figuresOf(study: Study, measure: string | undefined): Figure[] {
  const resources = new Resources(study.folder, { profile: study.profile });
  const { models } = resources.study();
  const made = models.filter(({ by }) => by !== "base");
  return [
    studyGraph(made),
    ...rewards(study, resources),
    ...scores(resources, measure),
  ];
}

/**
 * Serve a study as a page, and show its link and main plots in a notebook. The page follows what happens until it is closed or the
 * notebook's kernel ends.
 *
 * @param study    from `study.open`
 * @param options  display: where the link and the plots are shown
 * @throws StudyError the study file is broken
 * @example
 * const page = await view(hard, { display });
 * await page.close();
 */
export async function view(
  study: Study,
  { display, measure, ...options }: NotebookViewOptions = {},
): Promise<NotebookView> {
  const figures = figuresOf(study, measure);
  const { profile, folder } = study;
  const { url, close } = await startView(folder, { profile, ...options });
  display?.text(url);
  for (const { svg } of figures) display?.svg(svg);
  return { url, close, figures };
}
