/** One page of tasks with the outcomes of the chosen models. */
import { PER_PAGE } from "../../data/blocks.js";
import type { TaskPage } from "../../data/types.js";
import { h, type Child } from "../dom.js";
import { outcomeSign } from "./sample.js";

/** What a list of tasks is given. */
export interface TaskListOptions {
  /** Names of the models in the order of the outcomes. */
  labels: readonly string[];
  /** The task that is shown beside the list. */
  chosen: string;
  /** Change the address. */
  open(changes: Readonly<Record<string, string | null>>): void;
}

function taskButton(
  { task, prompt, outcomes, kept }: TaskPage["rows"][number],
  place: number,
  { labels, chosen, open }: TaskListOptions,
): HTMLElement {
  const byModel = outcomes.map((letters, m) =>
    h(
      "span",
      { class: "by-model", title: labels[m] },
      h("span", { class: "unseen" }, `${labels[m]}: `),
      ...[...letters].map((letter) => outcomeSign(letter)),
    ),
  );
  const mark = h("span", { class: "kept", title: "text was kept" }, "¶");
  return h(
    "button",
    {
      ...{ id: `task-${place}`, class: "task", "data-task": task },
      "aria-current": task === chosen ? "true" : null,
      click: () => open({ task, sample: null }),
    },
    h("span", { class: "prompt" }, prompt ?? task),
    h("span", { class: "outcomes" }, ...byModel, kept ? mark : null),
  );
}

function turning(
  { page, pages }: TaskPage,
  open: TaskListOptions["open"],
): Child {
  if (pages < 2) return null;
  const button = (id: string, label: string, to: number): HTMLElement =>
    h(
      "button",
      {
        ...{ class: "quiet", id, disabled: to < 0 || to >= pages },
        click: () => open({ page: to === 0 ? null : String(to), task: null }),
      },
      label,
    );
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages of tasks" },
    button("page-before", "← before", page - 1),
    h("span", {}, `${page + 1} of ${pages}`),
    button("page-after", "after →", page + 1),
  );
}

/** The list. */
export function taskList(
  found: TaskPage,
  options: TaskListOptions,
): HTMLElement {
  const { page, count, all, samples, rows } = found;
  const each = `${samples} ${samples === 1 ? "sample" : "samples"} each`;
  return h(
    "div",
    {},
    h("p", { class: "note" }, `${count} of ${all} tasks, ${each}`),
    h(
      "ol",
      { class: "task-list", start: page * PER_PAGE + 1 },
      ...rows.map((row, i) => h("li", {}, taskButton(row, i, options))),
    ),
    turning(found, options.open),
  );
}
