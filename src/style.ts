/** How a thing is drawn in every figure: the type that rows of domains, merge methods and models share. */

/** How one series is drawn. Lightness, dash and marker all differ, so that a grey print stays legible. */
export interface SeriesStyle {
  /** Text in legends. */
  label: string;
  /** CSS colour. */
  color: string;
  /** SVG `stroke-dasharray`; "none" is a solid line. */
  dash: string;
  /** Marker, by its name in d3-shape. */
  symbol:
    "circle" | "square" | "triangle" | "diamond" | "star" | "cross" | "wye";
}
