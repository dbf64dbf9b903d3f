/** What every page is given, and what it gives back. */
import type { StudyInfo } from "../data/types.js";
import type { Source } from "./source.js";

/** The names of the pages, in the order of their links. */
export const PAGES = [
  "graph",
  "curves",
  "scores",
  "completions",
  "weights",
  "claims",
] as const;

/** The name of a page. */
export type PageName = (typeof PAGES)[number];

/** What a page is given. */
export interface App {
  source: Source;
  /** The study as it was last heard of. */
  study: StudyInfo;
  /** What stands behind the page's name in the address. */
  params: URLSearchParams;
  /** Change parameters of the address, null removes one; the page stays and draws itself. */
  set(changes: Readonly<Record<string, string | null>>): void;
}

/** A page that is shown. */
export interface Page {
  element: HTMLElement;
  /** The address changed, or data did: draw what follows from them. */
  draw(): Promise<void> | void;
}

/** Address of a page with its parameters: a permalink. */
export function linkTo(
  page: PageName,
  params: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(params).toString();
  return `#/${page}${search === "" ? "" : `?${search}`}`;
}

/** A list in one parameter of an address. */
export function listOf(params: URLSearchParams, key: string): string[] {
  const text = params.get(key) ?? "";
  return text === "" ? [] : text.split(",");
}
