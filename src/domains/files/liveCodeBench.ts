/** Rows of LiveCodeBench → tasks. */
import { inflateSync } from "node:zlib";
import { TaskError } from "../../error.js";
import { checkProblem, type PythonTest } from "../coding/python/problem.js";
import type { Task } from "../specs.js";
import { published } from "./check.js";
import { pickledText } from "./pickledText.js";
import type { PlacedRow } from "./streamRows.js";

/** Most bytes that the private tests of one problem may unpack to. */
const MOST_BYTES = 1 << 29;

type Refuse = (why: string) => never;

interface PublishedTest extends PythonTest {
  mode: "stdin" | "functional";
}

function json(text: string, what: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(`${what} must be JSON`);
  }
}

function testsOf(list: unknown, what: string, refuse: Refuse): PublishedTest[] {
  if (!Array.isArray(list)) return refuse(`${what} must be a list of tests`);
  return list.map((item: Record<string, unknown>) => {
    const { input, output, testtype: mode } = item ?? {};
    if (
      typeof input !== "string" ||
      typeof output !== "string" ||
      (mode !== "stdin" && mode !== "functional")
    )
      return refuse(
        `${what} must have input, output and testtype, "stdin" or "functional"`,
      );
    return { input, output, mode };
  });
}

/** The private tests: JSON, or JSON pickled, packed and written in base64. */
function privateTests(value: unknown, where: string, refuse: Refuse): unknown {
  const what = "private_test_cases";
  if (typeof value !== "string") return value;
  if (/^\s*\[/.test(value)) return json(value, what, refuse);
  let bytes: Buffer;
  try {
    bytes = inflateSync(Buffer.from(value, "base64"), {
      maxOutputLength: MOST_BYTES,
    });
  } catch (error) {
    return refuse(
      `${what} must be JSON, or zlib data in base64; ${(error as Error).message}`,
    );
  }
  return json(pickledText(bytes, `${where} ${what}`), what, refuse);
}

/**
 * Read one row of LiveCodeBench (`code_generation_lite`): its public and private tests as a problem of the coding domain.
 *
 * Private tests are JSON, or a pickle of one text, packed by zlib and written in base64; the pickle is read as data (`pickledText`).
 *
 * @throws TaskError a column is missing or not of its form, or the tests are of both kinds; names file and line
 * @example
 * for await (const placed of streamRows("test6.jsonl")) readLiveCodeRow(placed).id;
 */
export function readLiveCodeRow({ row, where }: PlacedRow): Task {
  const refuse: Refuse = (why) => {
    throw new TaskError(`readLiveCodeRow: ${where}: ${why}`);
  };
  const { question_id: id, question_content: question } = row;
  if (typeof id !== "string" || typeof question !== "string")
    return refuse("question_id and question_content must be texts");
  const open = row["public_test_cases"];
  const tests = [
    ...testsOf(
      typeof open === "string" ? json(open, "public_test_cases", refuse) : open,
      "public_test_cases",
      refuse,
    ),
    ...testsOf(
      privateTests(row["private_test_cases"], where, refuse),
      "private_test_cases",
      refuse,
    ),
  ];
  const mode = tests[0]?.mode;
  if (tests.some((test) => test.mode !== mode))
    refuse("tests must be all of one testtype");
  const meta = row["metadata"] ?? "{}";
  const { func_name: entry } = (
    typeof meta === "string" ? json(meta, "metadata", refuse) : meta
  ) as { func_name?: string };
  const starter = row["starter_code"];
  const problem = checkProblem(id, {
    language: "python",
    mode,
    ...(mode === "functional" ? { entry } : {}),
    tests: tests.map(({ input, output }) => ({ input, output })),
  });
  const whole =
    typeof starter === "string" && starter.trim() !== ""
      ? `${question}\n\nStart from:\n\`\`\`python\n${starter}\n\`\`\``
      : question;
  const { prompt } = published("livecodebench-v6");
  return {
    id,
    domain: "coding",
    kind: "liveCodeBench",
    prompt: prompt.replace("{question}", () => whole),
    data: problem,
  };
}
