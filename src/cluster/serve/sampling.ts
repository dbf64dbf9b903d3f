/** What completions and chats are asked with alike: how to sample, when to stop, what to report. */
import { randomInt } from "node:crypto";
import { ApiError, refuse } from "./apiError.js";
import {
  booleanField,
  idsField,
  integerField,
  numberField,
  textsField,
  type Fields,
} from "./fields.js";

/** How to sample the choices of a request. */
export interface Sampling {
  n: number;
  temperature: number;
  topP: number;
  seed: number;
  /** Texts that end a choice; they are not part of its text. */
  stops: string[];
  /** Tokens that end a choice, beside the model's own. */
  stopIds: number[];
  stream: boolean;
  /** Whether a stream ends with its usage. */
  includeUsage: boolean;
  /** Whether the answer names its tokens' ids. */
  returnIds: boolean;
}

/** Most choices of one request, prompts times n. */
export const MAX_CHOICES = 128;
/** Most alternatives reported beside a token. */
export const MAX_TOP = 20;

/** Fields that this server does not have: they may be sent with the values under which they do nothing. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  best_of: [1],
  suffix: [""],
  presence_penalty: [0],
  frequency_penalty: [0],
  repetition_penalty: [1],
  logit_bias: [{}],
  top_k: [-1, 0],
  min_p: [0],
  min_tokens: [0],
  ignore_eos: [false],
  add_special_tokens: [false],
  skip_special_tokens: [false],
  spaces_between_special_tokens: [false],
  tool_choice: ["auto"],
  parallel_tool_calls: [true],
  response_format: [{ type: "text" }],
};

/** Fields that say nothing to a sampler. */
const SILENT: ReadonlySet<string> = new Set([
  ...["user", "metadata", "store", "service_tier", "safety_identifier"],
  ...["prompt_cache_key"],
]);

const SHARED: readonly string[] = [
  ...["model", "n", "temperature", "top_p", "seed", "stop", "stop_token_ids"],
  ...["stream", "stream_options", "return_token_ids", "max_tokens"],
];

/**
 * Refuse fields that this server would have to ignore: an answer that silently misses something that was asked for is worse than none.
 *
 * @param own  fields of this kind of request, beside those that all share
 * @throws ApiError 400 a field is not known, or not neutral
 */
export function checkFields(body: Fields, own: readonly string[]): void {
  for (const [name, value] of Object.entries(body)) {
    if (value === null || SILENT.has(name)) continue;
    if (SHARED.includes(name) || own.includes(name)) continue;
    const neutral = NEUTRAL[name];
    if (neutral === undefined)
      throw new ApiError(
        400,
        `field ${name} is not known to this server`,
        name,
        "unknown_parameter",
      );
    const texts = neutral.map((each) => JSON.stringify(each));
    if (!texts.includes(JSON.stringify(value)))
      throw new ApiError(
        400,
        `${name} is not supported: it may be left out or be ${texts.join(" or ")}, got ${JSON.stringify(value)}`,
        name,
        "unsupported_value",
      );
  }
}

/**
 * Read how to sample. Without a seed the answer is another one each time.
 *
 * @param vocabulary  number of tokens
 * @throws ApiError 400 a field has a wrong value
 */
export function readSampling(body: Fields, vocabulary: number): Sampling {
  const stops = textsField(body, "stop");
  if (stops.length > 16)
    refuse("stop", "must be at most 16 texts", stops.length);
  const options = (body["stream_options"] ?? {}) as Fields;
  return {
    n: integerField(body, "n", { min: 1, max: MAX_CHOICES }) ?? 1,
    temperature: numberField(body, "temperature", { min: 0, max: 100 }) ?? 1,
    topP: numberField(body, "top_p", { min: 1e-6, max: 1 }) ?? 1,
    seed:
      integerField(body, "seed", {
        min: Number.MIN_SAFE_INTEGER,
        max: Number.MAX_SAFE_INTEGER,
      }) ?? randomInt(2 ** 47),
    stops,
    stopIds: idsField(body, "stop_token_ids", vocabulary),
    stream: booleanField(body, "stream"),
    includeUsage: booleanField(options, "include_usage"),
    returnIds: booleanField(body, "return_token_ids"),
  };
}
