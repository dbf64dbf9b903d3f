/** Showing a figure in a notebook and saving the same bytes as a file. */
import { join } from "node:path";
import type { Figure } from "./figure.js";

/** The part of a notebook's `display` object that a figure needs (tslab's `display` fits). */
export interface SvgDisplay {
  svg(svg: string): void;
}

/** Where a figure goes. */
export interface ShowOptions {
  /** `display` of the notebook. */
  display: SvgDisplay;
  /** Folder of the SVG file, relative to the notebook. Default "../figures". */
  folder?: string;
}

/**
 * Show a figure in a notebook and save it as `<folder>/<name>.svg`.
 *
 * @example
 * report.show(report.crossDomain(rows), "cross-domain", { display })
 */
export function show(
  figure: Figure,
  name: string,
  { display, folder = "../figures" }: ShowOptions,
): void {
  figure.save(join(folder, `${name}.svg`));
  display.svg(figure.svg);
}
