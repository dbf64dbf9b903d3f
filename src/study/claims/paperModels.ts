/** Which models of a study stand for those that the paper's claims speak of. */
import { DOMAINS, type Domain } from "../../domains/index.js";
import { missing, statedRows, type ClaimRow } from "./claimRow.js";

/** Models of a study by their part in the paper; null where the study has none. */
export interface PaperModels {
  sft: string | null;
  experts: Readonly<Partial<Record<Domain, string>>>;
  /** Multi-task RL, the mixed run. */
  multi: string | null;
  /** The TIES merge of all experts. */
  ties: string | null;
  /** The student of on-policy distillation. */
  opd: string | null;
  /** RL from the same model with rewards for the form of an answer alone; absent where the study has none. */
  control?: string;
}

/** Domains that have an expert, in the order of the paper. */
export function expertDomains({
  experts,
}: Pick<PaperModels, "experts">): Domain[] {
  return DOMAINS.filter((domain) => experts[domain] !== undefined);
}

/** How the claims call a model: "sft", an expert's domain, "multi", "ties", "opd", "control", or its own name. */
export function paperName(paper: PaperModels, model: string): string {
  const parts = ["sft", "multi", "ties", "opd", "control"] as const;
  return (
    parts.find((part) => paper[part] === model) ?? expertName(paper, model)
  );
}

/** An expert's domain, where the model is the paper's expert of one; otherwise its own name. */
export function expertName(paper: PaperModels, model: string): string {
  return (
    expertDomains(paper).find((domain) => paper.experts[domain] === model) ??
    model
  );
}

/** Rows that say of each claim why it has no number. */
export function missingClaims(ids: readonly string[], why: string): ClaimRow[] {
  return statedRows(Object.fromEntries(ids.map((id) => [id, missing(why)])));
}
