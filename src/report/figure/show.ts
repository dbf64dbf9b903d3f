/** Showing a figure in a notebook and saving the same bytes as a file. */
import type { Figure } from "./figure.js";

/** The part of a notebook's `display` object that a figure needs (tslab's `display` fits). */
export interface SvgDisplay {
  svg(svg: string): void;
}

/**
 * Show a figure in a notebook and save the same SVG.
 *
 * @param path     SVG file, relative to the notebook
 * @param display  `display` of the notebook
 * @example
 * show(heatMap([{ x: "Q", y: "layer 0", value: 0.5 }]), "figures/rates.svg", display);
 */
export function show(figure: Figure, path: string, display: SvgDisplay): void {
  figure.save(path);
  display.svg(figure.svg);
}
