/** What a model folder holds beside configuration and weights, so that it opens in other libraries. */
import { join } from "node:path";
import {
  companionFiles,
  modelPlace,
  readCompanion,
} from "../checkpoint/index.js";
import { CheckpointError } from "../error.js";
import {
  CHAT_TEMPLATE,
  END_OF_TEXT,
  IM_END,
  IM_START,
  Tokenizer,
} from "../tokenizer/index.js";

/** Ids of the tokens that open, close and fill a text, as config.json names them. */
export interface TextTokens {
  bos_token_id: number | null;
  eos_token_id: number | null;
  pad_token_id: number | null;
}

/** Whether a tokenizer has the tokens of ChatML. */
function speaksChat(tokenizer: Tokenizer): boolean {
  return [END_OF_TEXT, IM_START, IM_END].every((token) => tokenizer.has(token));
}

/**
 * The tokens that end and fill a text of a tokenizer: `<|im_end|>` and `<|endoftext|>` where it has them.
 *
 * @example
 * textTokens(Tokenizer.fromFile("data/nano/base/tokenizer.json")).eos_token_id // 2
 */
export function textTokens(tokenizer: Tokenizer): TextTokens {
  const id = (token: string): number | null =>
    tokenizer.has(token) ? tokenizer.id(token) : null;
  return {
    bos_token_id: null,
    eos_token_id: id(IM_END),
    pad_token_id: id(END_OF_TEXT),
  };
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Files of a model folder beside config.json and the weights: those of the folder that the model came from, byte for byte, and where
 * there is none of a kind, for a tokenizer with the tokens of ChatML, `tokenizer_config.json`, `chat_template.jinja` and
 * `generation_config.json` that say to transformers what this library does by itself.
 *
 * @param source  folder that the model was made from; its tokenizer is `tokenizer`
 * @throws CheckpointError a file is not readable, too large, or a link out of the model
 * @example
 * Object.keys(folderFiles(tokenizer)) // ["tokenizer.json", "tokenizer_config.json", … ]
 */
export function folderFiles(
  tokenizer: Tokenizer,
  source?: string,
): Record<string, string | Uint8Array> {
  const files: Record<string, string | Uint8Array> = {
    "tokenizer.json": JSON.stringify(tokenizer.json),
  };
  if (source !== undefined)
    for (const name of companionFiles(source))
      files[name] = readCompanion(
        join(source, name),
        (text, cause) => new CheckpointError(`folderFiles: ${text}`, { cause }),
      );
  if (!speaksChat(tokenizer)) return files;
  const { eos_token_id: eos, pad_token_id: pad } = textTokens(tokenizer);
  files["tokenizer_config.json"] ??= json({
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: null,
    eos_token: IM_END,
    pad_token: END_OF_TEXT,
    unk_token: null,
    add_bos_token: false,
    clean_up_tokenization_spaces: false,
    padding_side: "left",
  });
  files["chat_template.jinja"] ??= CHAT_TEMPLATE;
  files["generation_config.json"] ??= json({
    do_sample: true,
    temperature: 1,
    eos_token_id: [eos, pad],
    pad_token_id: pad,
  });
  return files;
}

/**
 * The same of a model that lies here, for one that is made from it: `folderFiles` of its own tokenizer and folder, those of the base
 * where it is an adapter.
 *
 * @throws CheckpointError as `folderFiles` · TokenizerError `tokenizer.json` is missing or broken
 * @example
 * Object.keys(folderFilesOf("data/nano/base")) // ["tokenizer.json", "chat_template.jinja", … ]
 */
export function folderFilesOf(
  place: string,
): Record<string, string | Uint8Array> {
  const { base } = modelPlace(place);
  return folderFiles(Tokenizer.fromFile(join(base, "tokenizer.json")), base);
}
