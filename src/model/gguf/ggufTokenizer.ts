/** The tokenizer of a GGUF file as the files of a Hugging Face model folder. */
import { type GgufValue } from "../../checkpoint/index.js";
import { CheckpointError } from "../../error.js";

/** What a GGUF file says beside its tensors. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** `token_type` of tokens that are never made from text. */
const CONTROL = 3;

const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** How text is cut before merging, by `tokenizer.ggml.pre`. */
const CUTS: Readonly<Record<string, object>> = {
  smollm: {
    type: "Sequence",
    pretokenizers: [{ type: "Digits", individual_digits: true }, BYTE_LEVEL],
  },
  "gpt-2": BYTE_LEVEL,
};

function refuse(key: string, must: string, got: unknown): never {
  const text = JSON.stringify(got) ?? "nothing";
  throw new CheckpointError(
    `convertGguf: ${key} must be ${must}, got ${text.slice(0, 60)}`,
  );
}

/** A list of texts. */
function texts(metadata: GgufMetadata, key: string): string[] {
  const value = metadata.get(key);
  return Array.isArray(value) && value.every((each) => typeof each === "string")
    ? (value as string[])
    : refuse(key, "a list of texts", value);
}

/** Id of a token that the file names; null where it names none. */
export function namedToken(
  metadata: GgufMetadata,
  name: "bos" | "eos" | "padding",
): number | null {
  const id = metadata.get(`tokenizer.ggml.${name}_token_id`);
  return typeof id === "number" ? id : null;
}

/**
 * `tokenizer.json` of a byte-level BPE: vocabulary, merges and special tokens of the file, cut as its `pre` says.
 *
 * @throws CheckpointError another kind of tokenizer, or a list that is missing
 */
function tokenizerJson(metadata: GgufMetadata): object {
  const kind = metadata.get("tokenizer.ggml.model");
  if (kind !== "gpt2") refuse("tokenizer.ggml.model", '"gpt2"', kind);
  const pre = metadata.get("tokenizer.ggml.pre");
  const cut =
    typeof pre === "string" && Object.hasOwn(CUTS, pre)
      ? CUTS[pre]
      : refuse(
          "tokenizer.ggml.pre",
          `one of ${Object.keys(CUTS).join(", ")}`,
          pre,
        );
  const tokens = texts(metadata, "tokenizer.ggml.tokens");
  const types = metadata.get("tokenizer.ggml.token_type");
  const special = (id: number): boolean =>
    Array.isArray(types) && types[id] === CONTROL;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: tokens.flatMap((content, id) =>
      special(id)
        ? [
            {
              ...{ id, content, special: true, normalized: false },
              ...{ single_word: false, lstrip: false, rstrip: false },
            },
          ]
        : [],
    ),
    normalizer: null,
    pre_tokenizer: cut,
    post_processor: null,
    decoder: { ...BYTE_LEVEL, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: texts(metadata, "tokenizer.ggml.merges").map((merge) =>
        merge.split(" "),
      ),
    },
  };
}

/**
 * Files of a model folder that speak of text: tokenizer, its settings, chat template and generation settings.
 *
 * @throws CheckpointError as `tokenizerJson`
 */
export function tokenizerFiles(metadata: GgufMetadata): Record<string, string> {
  const tokenizer = tokenizerJson(metadata);
  const tokens = texts(metadata, "tokenizer.ggml.tokens");
  const [bos, eos, pad] = (["bos", "eos", "padding"] as const).map((name) =>
    namedToken(metadata, name),
  );
  const text = (id: number | null | undefined): string | null =>
    tokens[id ?? -1] ?? null;
  const template = metadata.get("tokenizer.chat_template");
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "tokenizer.json": JSON.stringify(tokenizer),
    "tokenizer_config.json": json({
      tokenizer_class: "PreTrainedTokenizerFast",
      bos_token: text(bos),
      eos_token: text(eos),
      pad_token: text(pad),
      unk_token: null,
      add_bos_token: metadata.get("tokenizer.ggml.add_bos_token") ?? false,
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      padding_side: "left",
    }),
    ...(typeof template === "string" && { "chat_template.jinja": template }),
    "generation_config.json": json({
      bos_token_id: bos,
      eos_token_id: eos,
      pad_token_id: pad,
    }),
  };
}
