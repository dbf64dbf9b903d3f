/**
 * A study in the browser: `startView` serves it as a page that follows what happens, read-only, on loopback. What the pages ask
 * (`Resources`) is read from the files that a study writes anyway. `exportView` writes the same pages as a static site;
 * from a notebook, `study.view` shows the link and the main plots.
 *
 * @module
 */
export { startView, type View, type ViewOptions } from "./serve/server.js";
export {
  exportView,
  type Exported,
  type ExportOptions,
} from "./serve/export.js";
