/**
 * The room `study` as programs and notebooks see it, with `view`, which shows a study in the browser and is built on it.
 *
 * @module
 */
export * from "../study/index.js";
export {
  view,
  type NotebookView,
  type NotebookViewOptions,
  type ViewDisplay,
} from "./notebook.js";
