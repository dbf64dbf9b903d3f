/** What a server is and what it does, found by asking: some accept a field and silently do nothing with it. */
import { InfrastructureError } from "../../error.js";
import type { Tokenizer } from "../../tokenizer/index.js";
import {
  objectOf,
  readChoices,
  wrongAnswer,
  type ServerChoice,
} from "./answers.js";
import type { Client } from "./client.js";

/** What a server really does; false: it refuses the field, or ignores it. */
export interface Abilities {
  /** Takes prompts as token ids, and names those of its answers. */
  ids: boolean;
  /** Gives as many choices as asked for, not copies of one. */
  n: boolean;
  /** Gives log-probabilities of sampled tokens. */
  logprobs: boolean;
  /** Gives equal answers to equal seeds. */
  seed: boolean;
  /** Takes `NEUTRAL`; where it does not, defaults of its own may change how it samples. */
  neutral: boolean;
}

/**
 * What would change sampling beside temperature and top-p, at the values under which it does nothing. Servers such as vLLM and SGLang take
 * what a request leaves out from the model folder's `generation_config.json`, so it is said; strict ones refuse fields that OpenAI
 * has not, and are asked without.
 */
export const NEUTRAL = {
  top_k: -1,
  min_p: 0,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
} as const;

function readCards(body: unknown): Record<string, unknown>[] {
  const { data } = objectOf(body, "answer");
  if (!Array.isArray(data)) return wrongAnswer("data must be a list", data);
  return data.map((card: unknown) => objectOf(card, "model"));
}

/**
 * The model to ask, and its identity: name, who serves it, version, and what lies behind the name where the server says it.
 *
 * @throws InfrastructureError the server does not list its models · RangeError it has not the one that is asked for
 */
export async function findModel(
  client: Client,
  wanted?: string,
): Promise<{ name: string; identity: string }> {
  const { status, body, text } = await client.ask("GET", "/v1/models");
  if (status !== 200)
    throw new InfrastructureError(
      `server: ${client.url} must list its models, got status ${status}: ${text.slice(0, 200)}`,
    );
  const cards = client.read(body, readCards);
  const names = cards.map(({ id }) => String(id));
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  const card = cards.find(({ id }) => id === name);
  if (name === undefined || card === undefined)
    throw new RangeError(
      `server: model must be one of those of ${client.url} (${names.join(", ")}), got ${wanted === undefined ? "no name" : JSON.stringify(wanted)}`,
    );
  const version = await client.ask("GET", "/version");
  const number =
    version.status === 200
      ? (version.body as { version?: unknown } | null)?.version
      : undefined;
  const by = String(card["owned_by"] ?? "unknown server");
  const software = typeof number === "string" ? `${by} ${number}` : by;
  const root = card["root"];
  const behind = typeof root === "string" && root !== name ? `, ${root}` : "";
  return { name, identity: `${name} (${software}${behind})` };
}

/** Statuses by which servers say that they have no completions. */
const NO_SUCH_PATH: ReadonlySet<number> = new Set([404, 405, 501]);

/**
 * Ask for two choices twice with one seed, very hot, so that equal texts cannot be chance.
 *
 * @throws InfrastructureError the server takes no request at all
 */
export async function probe(
  client: Client,
  model: string,
  tokenizer: Tokenizer,
): Promise<Abilities> {
  const text = "The";
  const ask = {
    model,
    n: 2,
    seed: 7,
    temperature: 2,
    top_p: 1,
    max_tokens: 24,
  };
  const post = (fields: object) =>
    client.ask("POST", "/v1/completions", { ...ask, ...fields });
  let ids = true;
  let neutral = true;
  const plain = (): object => ({
    ...(ids
      ? // With what goes along with ids: a strict server that refuses it is asked by text.
        {
          prompt: tokenizer.encode(text),
          stop_token_ids: [],
          return_token_ids: true,
        }
      : { prompt: text }),
    ...(neutral && NEUTRAL),
  });
  let first = await post(plain());
  for (const next of [
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    if (first.status === 200) break;
    [ids, neutral] = next;
    first = await post(plain());
  }
  if (first.status !== 200)
    throw new InfrastructureError(
      `server: ${client.url} must take a request for completions, got status ${first.status}: ${first.text.slice(0, 300)}${NO_SUCH_PATH.has(first.status) ? "; a server that only answers chats is asked with --chat (chat: true in a study)" : ""}`,
    );
  const again = await post(plain());
  const scored = await post({ ...plain(), logprobs: 1 });
  const choices = (body: unknown): ServerChoice[] =>
    client.read(body, readChoices);
  const texts = choices(first.body).map((choice) => choice.text);
  const others = choices(again.body).map((choice) => choice.text);
  return {
    ...{ ids, neutral },
    n: texts.length === 2 && texts[0] !== texts[1],
    seed: texts.every((own, i) => own === others[i]),
    logprobs:
      scored.status === 200 &&
      choices(scored.body).every(({ logprobs }) => logprobs !== null),
  };
}
