/** Findings on self-verification (§3.6): judging against generating, by domain and by way of training. */
import type { Draw } from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import { mean, type JudgeMode } from "../../evaluate/index.js";
import type { ClaimData } from "./data.js";
import { REASONING } from "./interference.js";
import { Judges } from "./judges.js";
import type { Measured, Measurements } from "./measured.js";

const IDS = [
  "outcome-rises",
  "process-falls",
  "process-better-in-reasoning",
  "outcome-better-in-instruction",
  "training-sharpens-judging",
  "agent-best-process-judge",
  "mixed-collapses",
  "merge-keeps-process",
  "distillation-keeps-process",
] as const;

/** The better way of judging of each domain, as the paper has it; of the agent it says nothing. */
const BETTER: readonly (readonly [domain: Domain, mode: JudgeMode])[] = [
  ...REASONING.map((domain) => [domain, "process"] as const),
  ["instruction", "outcome"],
];

/** Numbers of the three findings on judging. */
export function judgingClaims(data: ClaimData): Measurements {
  if (data.judges.length === 0)
    return Object.fromEntries(
      IDS.map((id) => [id, { missing: "the study lets no model judge" }]),
    );
  const judges = new Judges(data.judges);
  return {
    "outcome-rises": judges.correlation("outcome"),
    "process-falls": judges.correlation("process"),
    ...byDomain(judges),
    "agent-best-process-judge": agentLead(judges, data.domains),
    "mixed-collapses": processChange(judges, "multi"),
    "merge-keeps-process": processChange(judges, data.ties),
    "distillation-keeps-process": processChange(judges, data.student),
  };
}

/** A measurement, where all of these models judge. */
function withJudges(
  { models }: Judges,
  wanted: readonly string[],
  measure: () => Measured,
): Measured {
  const absent = wanted.filter((model) => !models.includes(model));
  return absent.length > 0
    ? { missing: `no judge in this study: ${absent.join(", ")}` }
    : measure();
}

/** A measurement over the domains that are judged; it says which of the wanted ones are not. */
function overDomains(
  judges: Judges,
  wanted: readonly Domain[],
  measure: (judged: readonly Domain[]) => Measured,
): Measured {
  const judged = wanted.filter((domain) => judges.of(domain).length > 0);
  const absent = wanted.filter((domain) => !judged.includes(domain));
  const note = `answers of ${absent.join(", ")} are not judged here`;
  if (judged.length === 0) return { missing: note };
  const found = measure(judged);
  return absent.length === 0 || "missing" in found ? found : { ...found, note };
}

function byDomain(judges: Judges): Measurements {
  const score = (
    draw: Draw,
    model: string,
    mode: JudgeMode,
    domain: Domain,
  ): number => judges.agreement(draw, model, mode, judges.of(domain));
  /** Mean over models and domains of one way of judging − the other. */
  const lead =
    (mode: JudgeMode, other: JudgeMode) =>
    (domains: readonly Domain[]): Measured =>
      judges.points((draw) =>
        mean(
          judges.models.flatMap((model) =>
            domains.map(
              (domain) =>
                score(draw, model, mode, domain) -
                score(draw, model, other, domain),
            ),
          ),
        ),
      );
  return {
    "process-better-in-reasoning": overDomains(
      judges,
      REASONING,
      lead("process", "outcome"),
    ),
    "outcome-better-in-instruction": overDomains(
      judges,
      ["instruction"],
      lead("outcome", "process"),
    ),
    "training-sharpens-judging": overDomains(
      judges,
      BETTER.map(([domain]) => domain),
      (domains) =>
        withJudges(judges, ["sft", ...domains], () =>
          judges.points((draw) =>
            mean(
              BETTER.filter(([domain]) => domains.includes(domain)).map(
                ([domain, mode]) =>
                  score(draw, domain, mode, domain) -
                  score(draw, "sft", mode, domain),
              ),
            ),
          ),
        ),
    ),
  };
}

/** Process judging of the agent expert − that of the best other expert. */
function agentLead(judges: Judges, domains: readonly Domain[]): Measured {
  const rivals = domains.filter((domain) => domain !== "agent");
  return withJudges(judges, ["agent", ...rivals], () =>
    judges.points(
      (draw) =>
        judges.agreement(draw, "agent", "process") -
        Math.max(
          ...rivals.map((rival) => judges.agreement(draw, rival, "process")),
        ),
    ),
  );
}

/** Process judging of a model − that of SFT. */
function processChange(judges: Judges, model: string | null): Measured {
  if (model === null) return { missing: "the study has no such model" };
  return withJudges(judges, ["sft", model], () =>
    judges.points(
      (draw) =>
        judges.agreement(draw, model, "process") -
        judges.agreement(draw, "sft", "process"),
    ),
  );
}
