/** The page of `m2rl view`: one document, six pages in it, and the address that says which is shown. */
import type { StudyInfo } from "../data/types.js";
import { PAGES, type App, type Page, type PageName } from "./app.js";
import { h, replace } from "./dom.js";
import { isDark } from "./plots.js";
import { fileSource, serverSource, type Source } from "./source.js";
import { runLine } from "./standing.js";
import { claimsPage } from "./views/claims.js";
import { completionsPage } from "./views/completions.js";
import { curvesPage } from "./views/curves.js";
import { graphPage } from "./views/graph.js";
import { scoresPage } from "./views/scores.js";
import { weightsPage } from "./views/weights.js";

const MAKERS: Readonly<Record<PageName, (app: App) => Page>> = {
  graph: graphPage,
  curves: curvesPage,
  scores: scoresPage,
  completions: completionsPage,
  weights: weightsPage,
  claims: claimsPage,
};

const TITLES: Readonly<Record<PageName, string>> = {
  graph: "Graph",
  curves: "Curves",
  scores: "Scores",
  completions: "Completions",
  weights: "Weights",
  claims: "Claims",
};

function readAddress(): { name: PageName; params: URLSearchParams } {
  const [, path = "", search = ""] =
    /^#\/?([a-z]*)\??(.*)$/.exec(location.hash) ?? [];
  const name = PAGES.find((each) => each === path) ?? "graph";
  return { name, params: new URLSearchParams(search) };
}

/** Change the theme and remember it. */
function toggleTheme(): void {
  const { dataset } = document.documentElement;
  dataset["theme"] = isDark() ? "light" : "dark";
  localStorage.setItem("m2rl-theme", dataset["theme"]);
  dispatchEvent(new Event("themechange"));
}

class Shell {
  private readonly main = h("main", { id: "main", tabindex: -1 });
  private readonly status = h("p", { class: "status", role: "status" });
  private readonly links = new Map<PageName, HTMLAnchorElement>();
  private shown: { name: PageName; page: Page } | null = null;
  private readonly app: App;
  private isThere = true;

  constructor(source: Source, study: StudyInfo) {
    this.app = {
      source,
      study,
      params: new URLSearchParams(),
      set: (changes) => this.set(changes),
    };
    for (const name of PAGES)
      this.links.set(name, h("a", { href: `#/${name}` }, TITLES[name]));
    const root = document.getElementById("app")!;
    replace(
      root,
      h("a", { class: "skip", href: "#main", click: this.skip }, "To the page"),
      this.header(),
      this.main,
    );
    addEventListener("hashchange", () => void this.show());
    addEventListener("themechange", () => void this.redraw());
    source.follow(
      (changed) => void this.hear(changed),
      (isThere) => {
        this.isThere = isThere;
        this.tellStatus();
      },
    );
  }

  private readonly skip = (event: Event): void => {
    event.preventDefault();
    this.main.focus();
  };

  private header(): HTMLElement {
    const { name, profile } = this.app.study;
    return h(
      "header",
      {},
      h(
        "div",
        { class: "title" },
        h("h1", {}, name, h("span", { class: "profile" }, profile)),
        this.status,
        h(
          "button",
          {
            class: "quiet",
            id: "theme",
            "aria-label": "Change between light and dark",
            title: "Light or dark",
            click: toggleTheme,
          },
          "◐",
        ),
      ),
      h("nav", { "aria-label": "Pages" }, ...this.links.values()),
    );
  }

  /** Show what the address says. */
  async show(): Promise<void> {
    const { name, params } = readAddress();
    this.app.params = params;
    for (const [each, link] of this.links)
      if (each === name) {
        link.setAttribute("aria-current", "page");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else link.removeAttribute("aria-current");
    document.title = `${TITLES[name]} · ${this.app.study.name} · m2rl`;
    this.tellStatus();
    if (this.shown?.name !== name) {
      this.shown = { name, page: MAKERS[name](this.app) };
      replace(this.main, this.shown.page.element);
    }
    await this.redraw();
  }

  private set(changes: Readonly<Record<string, string | null>>): void {
    const { name, params } = readAddress();
    for (const [key, value] of Object.entries(changes))
      if (value === null) params.delete(key);
      else params.set(key, value);
    const search = params.toString();
    history.replaceState(
      null,
      "",
      `#/${name}${search === "" ? "" : `?${search}`}`,
    );
    void this.show();
  }

  private async redraw(): Promise<void> {
    try {
      await this.shown?.page.draw();
    } catch (error) {
      replace(
        this.main,
        h(
          "p",
          { class: "problem", role: "alert" },
          `This page could not be drawn: ${(error as Error).message}`,
        ),
      );
      this.shown = null;
    }
  }

  private async hear(changed: string[]): Promise<void> {
    if (changed.includes("study"))
      this.app.study = await this.app.source.study();
    this.tellStatus();
    await this.redraw();
  }

  private tellStatus(): void {
    const { study } = this.app;
    const text = this.isThere
      ? runLine(study)
      : "The server that showed this page has ended; what is here is the last it said.";
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}

async function open(): Promise<void> {
  const isLive = document.documentElement.dataset["mode"] === "live";
  const source = isLive ? serverSource() : fileSource();
  // The token has done its work; it need not stand in the address, in pictures of the screen or in a shared link.
  if (isLive && location.search !== "")
    history.replaceState(null, "", location.pathname + location.hash);
  try {
    await new Shell(source, await source.study()).show();
  } catch (error) {
    replace(
      document.getElementById("app")!,
      h(
        "p",
        { class: "problem", role: "alert" },
        `The study could not be opened: ${(error as Error).message}`,
      ),
    );
  }
}

void open();
