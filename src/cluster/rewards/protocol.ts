/** The bodies that trainers send, read into rows, and the answers that each of them expects. */
import type { FinishReason, Verdict } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { RewardRow } from "./judge.js";

/** A request: its rows, and how their verdicts are written for whoever asked. */
export interface RewardRequest {
  rows: RewardRow[];
  answer(verdicts: readonly Verdict[]): unknown;
}

type Fields = Record<string, unknown>;

function bad(what: string): never {
  throw new TaskError(`rewards: ${what}`);
}

function fields(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    bad(`${where} must be an object`);
  return value as Fields;
}

function finishOf(value: unknown, where: string): FinishReason | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === "stop" || value === "length") return value;
  return bad(
    `${where} must be "stop" or "length", got ${JSON.stringify(value)}`,
  );
}

/**
 * The assistant's turns in a completion: a text, or a list of messages as TRL gives for conversational data.
 * Messages carry no end token, so they need `finish`.
 */
function turnsOf(
  completion: unknown,
  finish: FinishReason | undefined,
  where: string,
): string[] {
  if (typeof completion === "string") return [completion];
  if (!Array.isArray(completion))
    return bad(`${where} must be a text or a list of messages`);
  if (finish === undefined)
    bad(
      `${where} is a list of messages, which do not say how they ended; give finish, "stop" or "length"`,
    );
  return completion
    .map((message) => fields(message, where))
    .filter(({ role }) => role === "assistant")
    .map(({ content }) =>
      typeof content === "string"
        ? content
        : bad(`${where} must have texts as content`),
    );
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function row(value: unknown, where: string): RewardRow {
  const { label, response, turns, finish } = fields(value, where);
  if (label === undefined) bad(`${where} must have a label`);
  const end = finishOf(finish, `${where}.finish`);
  if (isTexts(turns)) return { label, turns, finish: end };
  if (Array.isArray(turns) && turns.every(isTexts))
    return { label, turns, finish: end };
  if (response === undefined)
    bad(
      `${where} must have a response, or turns as a list of texts or of such lists`,
    );
  return {
    label,
    turns: turnsOf(response, end, `${where}.response`),
    finish: end,
  };
}

function list(value: unknown, length: number | null, where: string): unknown[] {
  if (!Array.isArray(value) || (length !== null && value.length !== length))
    return bad(
      `${where} must be a list${length === null ? "" : ` of ${length}`}`,
    );
  return value;
}

/** TRL's columns: `completions` and a label each; OpenRLHF's: `query`, the whole text, which begins with its prompt. */
function columns(body: Fields): RewardRow[] {
  const { completions, query, prompts } = body;
  const texts = list(
    completions ?? query,
    null,
    completions ? "completions" : "query",
  );
  const labels = list(body["labels"] ?? body["label"], texts.length, "labels");
  const finishes =
    body["finish"] === undefined
      ? []
      : list(body["finish"], texts.length, "finish");
  const starts =
    completions === undefined ? list(prompts, texts.length, "prompts") : [];
  return texts.map((text, i) => {
    const finish = finishOf(finishes[i], `finish[${i}]`);
    if (completions !== undefined)
      return {
        label: labels[i],
        turns: turnsOf(text, finish, `completions[${i}]`),
        finish,
      };
    const prompt = starts[i];
    if (
      typeof text !== "string" ||
      typeof prompt !== "string" ||
      !text.startsWith(prompt)
    )
      return bad(`query[${i}] must be a text that begins with prompts[${i}]`);
    return { label: labels[i], turns: [text.slice(prompt.length)], finish };
  });
}

/**
 * Read the body of a request for rewards.
 *
 * - slime's remote_rm: `{prompt, response, label}` → a number; a list of them → a list of numbers
 * - TRL's reward function, sent as it is called: `{prompts, completions, label}` → `{rewards}`
 * - OpenRLHF's remote reward model: `{query, prompts, labels}` → `{rewards, scores, extra_logs}`
 *
 * The prompt itself decides nothing; the label is the task. Episodes give `turns` instead of `response`: a list of texts, or for each user turn
 * such a list.
 *
 * @param body  parsed JSON
 * @throws TaskError a field is missing or of another type; the message names it
 */
export function readRewardRequest(body: unknown): RewardRequest {
  const reward = ({ reward: value }: Verdict): number => value;
  if (Array.isArray(body))
    return {
      rows: body.map((value, i) => row(value, `row ${i}`)),
      answer: (verdicts) => verdicts.map(reward),
    };
  const own = fields(body, "body");
  if ("completions" in own)
    return {
      rows: columns(own),
      answer: (verdicts) => ({ rewards: verdicts.map(reward) }),
    };
  if ("query" in own)
    return {
      rows: columns(own),
      answer: (verdicts) => {
        const rewards = verdicts.map(reward);
        return { rewards, scores: rewards, extra_logs: {} };
      },
    };
  return {
    rows: [row(own, "body")],
    answer: ([verdict]) => reward(verdict!),
  };
}
