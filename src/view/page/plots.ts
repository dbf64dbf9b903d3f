/** Plots of Observable Plot in the page's colours. */
import { plot, type PlotOptions } from "@observablehq/plot";
import { h } from "./dom.js";

/** Whether the page is dark now. */
export function isDark(): boolean {
  const theme = document.documentElement.dataset["theme"];
  return theme === undefined
    ? matchMedia("(prefers-color-scheme: dark)").matches
    : theme === "dark";
}

/**
 * A colour that stands out from the page: those of figures are made for white paper, and on a dark page the dark ones are lightened.
 *
 * @param color  "#rrggbb"
 */
export function onPage(color: string): string {
  const channels = /^#(..)(..)(..)$/.exec(color)?.slice(1);
  if (!isDark() || channels === undefined) return color;
  const [r, g, b] = channels.map((hex) => parseInt(hex, 16));
  const luma = 0.299 * r! + 0.587 * g! + 0.114 * b!;
  const white = luma < 40 ? 0.85 : luma < 130 ? 0.45 : luma < 170 ? 0.2 : 0;
  const mixed = [r!, g!, b!].map((channel) =>
    Math.round(channel + (255 - channel) * white)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${mixed.join("")}`;
}

/** Width for a plot inside an element. */
export function widthIn(element: HTMLElement, most = 1000): number {
  const width = element.clientWidth || document.documentElement.clientWidth;
  return Math.max(280, Math.min(most, width));
}

/**
 * A plot with a name for those who cannot see it.
 *
 * @param label  what it shows, in one sentence
 */
export function chart(label: string, options: PlotOptions): HTMLElement {
  const drawn = plot({
    ...options,
    className: "plot",
    style: {
      background: "transparent",
      color: "inherit",
      fontSize: "12px",
      fontFamily: "inherit",
    },
  });
  // Its rules are in style.css: the content policy allows no others.
  drawn.querySelector("style")?.remove();
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", label);
  return h("div", { class: "chart" }, drawn);
}

/** One entry of a legend: what a line or dot means. */
export interface LegendEntry {
  label: string;
  color: string;
  dash?: string;
}

/** A legend as a list. */
export function legend(entries: readonly LegendEntry[]): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    ...entries.map(({ label, color, dash = "none" }) => {
      const line = document.createElementNS(
        "http://www.w3.org/2000/svg",
        "line",
      );
      for (const [name, value] of Object.entries({
        ...{ x1: 0, x2: 24, y1: 6, y2: 6, stroke: color, "stroke-width": 2.5 },
        "stroke-dasharray": dash,
      }))
        line.setAttribute(name, String(value));
      const sample = document.createElementNS(
        "http://www.w3.org/2000/svg",
        "svg",
      );
      sample.setAttribute("width", "24");
      sample.setAttribute("height", "12");
      sample.setAttribute("aria-hidden", "true");
      sample.append(line);
      return h("li", {}, sample, label);
    }),
  );
}
