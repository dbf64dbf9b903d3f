/** Observable Plot, the document in which it draws, and arquero, each loaded when the first figure or table needs it. */
import type * as plot from "@observablehq/plot";
import type * as arquero from "arquero";
import type * as linkedom from "linkedom";
import { optionalPackage } from "../../optionalPackage.js";

export type { Markish, PlotOptions, ScaleOptions } from "@observablehq/plot";

const REMEDY = "npm install @observablehq/plot linkedom arquero";

/** Observable Plot. */
export const Plot: typeof plot = optionalPackage(
  "@observablehq/plot",
  "figures",
  REMEDY,
);

/** The table verbs. */
export const aq: typeof arquero = optionalPackage("arquero", "tables", REMEDY);

type Document = ReturnType<(typeof linkedom)["parseHTML"]>["document"];

let page: Document | undefined;

/** The document in which figures are drawn. */
export function document(): Document {
  const { parseHTML } = optionalPackage<typeof linkedom>(
    "linkedom",
    "figures",
    REMEDY,
  );
  return (page ??= parseHTML(
    "<!doctype html><html><body></body></html>",
  ).document);
}
