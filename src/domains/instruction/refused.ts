/** Constraint ids of the published sets that have no checker here. */

const ids = (names: string): string[] => names.trim().split(/\s+/u);

const LANGUAGE_DETECTOR = ids("language:response_language");

// Punkt and the tokenizer that is built on it.
const SENTENCES = ids(`
  length_constraints:number_sentences change_case:capital_word_frequency
  detectable_format:sentence_hyphens keywords:keyword_specific_position keywords:start_end first_word:first_word_sent
  last_word:last_word_sent count:counting_composition count:count_unique
  count:pronouns ratio:stop_words ratio:sentence_type ratio:sentence_balance ratio:sentence_words words:start_verb
  words:last_first words:keywords_specific_position words:words_position sentence:alliteration_increment sentence:keyword
  sentence:increment format:emoji format:no_bullets_bullets format:title_case custom:sentence_alphabet
`);

const UNWRITTEN = ids(`
  copy:repeat_phrase new:copy_span_idx keywords:no_adjacent_consecutive count:count_increment_word
  count:conjunctions count:person_names count:numbers count:punctuation count:words_japanese count:keywords_multiple
  ratio:overlap words:alphabet words:vowel words:consonants words:palindrome words:prime_lengths words:odd_even_syllables
  words:no_consecutive format:parentheses format:quotes format:options format:newline format:line_indent
  format:quote_unquote format:list format:thesis format:sub-bullets format:output_template format:no_whitespace
  custom:multiples custom:mcq_count_length custom:reverse_newline custom:word_reverse custom:character_reverse
  custom:european_capitals_sort custom:csv_city custom:csv_special_character custom:csv_quotes custom:date_format_list
  repeat:repeat_change repeat:repeat_simple repeat:repeat_span
`);

/** Known ids that are not checked, with what they would need. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ...LANGUAGE_DETECTOR.map((id) => [id, "a language detector"] as const),
  ...SENTENCES.map(
    (id) => [id, "a trained sentence splitter or tagger"] as const,
  ),
  ...UNWRITTEN.map((id) => [id, "a checker that is not written yet"] as const),
]);
