/** Keys of config.json that do not change what the weights compute. */

const KEYS: ReadonlySet<string> = new Set([
  // Names, versions, how a file was made or is to be run.
  ...["name_or_path", "transformers_version", "model_name", "unsloth_version"],
  ...["torch_dtype", "dtype", "torchscript", "use_bfloat16", "tf_legacy_loss"],
  ...["use_cache", "cache_implementation", "attn_implementation"],
  ...["output_attentions", "output_hidden_states", "return_dict"],
  ...["return_dict_in_generate", "output_scores", "use_return_dict"],
  ...["gradient_checkpointing", "chunk_size_feed_forward", "pretraining_tp"],
  ...["tokenizer_class", "processor_class", "prefix", "pruned_heads"],
  ...["task_specific_params", "problem_type", "finetuning_task"],
  ...["id2label", "label2id", "num_labels", "custom_pipelines"],
  // Which tokens open, close and fill a text.
  ...["bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id"],
  ...["unk_token_id", "cls_token_id", "mask_token_id"],
  ...["decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id"],
  // Only training sees them.
  ...["attention_dropout", "hidden_dropout", "hidden_dropout_prob"],
  ...["attention_probs_dropout_prob", "classifier_dropout", "dropout"],
  ...["activation_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop"],
  ...["residual_dropout", "residual_dropout_prob", "embedding_dropout"],
  ...["mlp_dropout", "layerdrop", "drop_path_rate"],
  ...["initializer_range", "initializer_factor", "init_std"],
  ...["router_aux_loss_coef", "router_z_loss_coef", "router_jitter_noise"],
  ...["output_router_logits", "aux_loss_alpha", "seq_aux"],
  // How text is generated; transformers 4 kept it here.
  ...["max_length", "min_length", "max_new_tokens", "do_sample", "num_beams"],
  ...["early_stopping", "num_beam_groups", "diversity_penalty", "temperature"],
  ...["top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty"],
  ...["no_repeat_ngram_size", "encoder_no_repeat_ngram_size"],
  ...["bad_words_ids", "num_return_sequences", "remove_invalid_values"],
  ...["exponential_decay_length_penalty", "suppress_tokens"],
  ...["begin_suppress_tokens"],
  // Said by the tensors themselves: whether a head is stored.
  "tie_word_embeddings",
]);

/**
 * Whether a key of config.json has no effect on what the weights compute: names, versions, dtypes, token ids, dropout, initializers,
 * generation settings. Every other key must agree between models that are merged.
 *
 * @example
 * hasNoEffect("attention_dropout") // true
 */
export function hasNoEffect(key: string): boolean {
  return KEYS.has(key) || key.startsWith("_") || key.startsWith("unsloth_");
}
