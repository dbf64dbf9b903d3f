/** Page "Claims": the paper's claims, the study's verdicts, and the numbers and records that decide them. */
import type { ClaimInfo } from "../../data/types.js";
import { linkTo, type App, type Page } from "../app.js";
import { h, replace, select } from "../dom.js";
import { digits } from "../format.js";
import { numberCell, table, textCell } from "../table.js";

const SIGNS: Readonly<Record<string, string>> = {
  reproduced: "✓",
  contradicted: "✕",
  inconclusive: "?",
  "not testable": "–",
};

/** Where the records of a measure are shown. */
function linkOf({ by, name }: { by: string; name: string }): string {
  if (by === "scores") return linkTo("scores", { measure: name });
  if (by === "cost" || by === "rewards") return linkTo("curves");
  if (by === "overlaps" || by === "weightShift") return linkTo("weights");
  return linkTo("completions");
}

function verdict({ verdict: word }: ClaimInfo): HTMLElement {
  return h(
    "span",
    { class: `verdict ${word.replace(" ", "-")}` },
    h("span", { "aria-hidden": "true" }, SIGNS[word] ?? ""),
    " ",
    word,
  );
}

class Claims implements Page {
  readonly element = h("div", { class: "page claims-page" });

  constructor(private readonly app: App) {}

  async draw(): Promise<void> {
    const claims = await this.app.source.claims();
    if (claims.length === 0) {
      replace(
        this.element,
        h(
          "p",
          { class: "empty" },
          "No claim has been judged yet: the study has no measure “claims”, or it is not done.",
        ),
      );
      return;
    }
    const { params } = this.app;
    const words = [...new Set(claims.map((claim) => claim.verdict))];
    const wanted = words.find((word) => word === params.get("verdict"));
    const shown = claims.filter(
      (claim) => wanted === undefined || claim.verdict === wanted,
    );
    const chosen = claims.find(({ id }) => id === params.get("claim"));
    const counts = words.map(
      (word) =>
        `${claims.filter((claim) => claim.verdict === word).length} ${word}`,
    );
    replace(
      this.element,
      h(
        "div",
        { class: "controls" },
        select(
          "Verdict",
          [
            { value: "", label: "all" },
            ...words.map((word) => ({ value: word, label: word })),
          ],
          wanted ?? "",
          (value) => this.app.set({ verdict: value === "" ? null : value }),
        ),
      ),
      h(
        "p",
        { class: "note" },
        `${claims.length} claims: ${counts.join(", ")}. A verdict is about this study, not about the paper's models.`,
      ),
      chosen ? this.panel(chosen) : null,
      this.table(shown),
    );
  }

  private table(shown: readonly ClaimInfo[]): HTMLElement {
    const now = this.app.params.get("sort") ?? "";
    return table(
      {
        caption: "Claims of the paper with verdicts",
        columns: [
          { key: "claim", label: "Claim" },
          { key: "source", label: "Paper" },
          { key: "verdict", label: "Verdict" },
          { key: "value", label: "Number", isNumber: true },
          { key: "interval", label: "95 % interval", isNumber: true },
          { key: "unit", label: "Unit" },
        ],
        rows: shown.map((claim) => ({
          key: claim.id,
          isMarked: claim.id === this.app.params.get("claim"),
          cells: [
            {
              ...textCell(claim.statement),
              show: h(
                "button",
                {
                  class: "row-choice wrap",
                  id: `claim-${claim.id}`,
                  click: () => this.app.set({ claim: claim.id }),
                },
                claim.statement,
              ),
              class: "wide",
            },
            textCell(claim.source),
            { ...textCell(claim.verdict), show: verdict(claim) },
            numberCell(claim.value, digits(claim.value)),
            {
              ...textCell(
                claim.low === null
                  ? "–"
                  : `${digits(claim.low)} … ${digits(claim.high)}`,
              ),
              sort: claim.low,
            },
            textCell(claim.unit),
          ],
        })),
      },
      { now, set: (sort) => this.app.set({ sort }) },
    );
  }

  private panel(claim: ClaimInfo): HTMLElement {
    const measure = this.app.study.measures.find(
      ({ name }) => name === claim.measure,
    );
    return h(
      "section",
      { class: "panel", id: "claim-panel", "aria-label": claim.statement },
      h(
        "div",
        { class: "panel-head" },
        h("h2", {}, claim.statement),
        h(
          "button",
          {
            class: "quiet",
            id: "close-claim",
            "aria-label": "Close",
            click: () => this.app.set({ claim: null }),
          },
          "✕",
        ),
      ),
      h("p", { class: "by" }, `${claim.finding} (${claim.source})`),
      h("p", {}, verdict(claim), ": ", claim.why),
      claim.note === null ? null : h("p", { class: "note" }, claim.note),
      claim.numbers.length === 0
        ? null
        : table({
            caption: "Numbers that decide the claim",
            columns: [
              { key: "how", label: "Measured" },
              { key: "value", label: "Number", isNumber: true },
              { key: "interval", label: "95 % interval", isNumber: true },
              { key: "note", label: "Note" },
            ],
            rows: claim.numbers.map(
              ({ measure: how, value, low, high, note }, i) => ({
                key: String(i),
                cells: [
                  textCell(how),
                  numberCell(value, digits(value)),
                  textCell(
                    low === null ? "–" : `${digits(low)} … ${digits(high)}`,
                  ),
                  textCell(note ?? ""),
                ],
              }),
            ),
          }),
      h(
        "p",
        { class: "links" },
        measure === undefined
          ? null
          : h("a", { href: linkOf(measure) }, `Records of ${measure.name}`),
        claim.file === null ? null : h("code", {}, claim.file),
      ),
    );
  }
}

/** The page. */
export function claimsPage(app: App): Page {
  return new Claims(app);
}
