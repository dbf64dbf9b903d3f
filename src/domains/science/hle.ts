/** Humanity's Last Exam: short exact answers, by comparison of text and, where one is named, by a judge model. */
import { InfrastructureError } from "../../error.js";
import { gradeMathVerify } from "../math/graders/mathVerify/index.js";
import { equalAnswers } from "../math/answer.js";
import { correct, noAnswer, wrong } from "../gate.js";
import type { Verdict } from "../task.js";
import { unwrapAnswer } from "./unwrap.js";

/** The answer and the stated confidence of a response in the exam's form ("Explanation: … Answer: … Confidence: …"). */
export interface HleResponse {
  answer: string | null;
  /** Percent, 0 to 100, or null where none is stated. */
  confidence: number | null;
}

/** Only the end of a response is searched. */
const LONGEST = 20_000;

/**
 * Read a response: the text after the last "Answer:" up to "Confidence:" or the end of its line, and the confidence.
 *
 * @example
 * readHleResponse("Explanation: …\nAnswer: 42\nConfidence: 80%") // { answer: "42", confidence: 80 }
 */
export function readHleResponse(response: string): HleResponse {
  const text = response.slice(-LONGEST);
  const anchors = [...text.matchAll(/(?:exact\s+)?answer\**\s*:\**/gi)];
  const last = anchors.at(-1);
  const line =
    last &&
    text
      .slice(last.index + last[0].length)
      .trimStart()
      .split("\n", 1)[0]!;
  const answer =
    line === undefined ? "" : unwrapAnswer(line.split(/confidence\s*:/i)[0]!);
  const stated = [
    ...text.matchAll(/confidence\**\s*:\**\s*(\d{1,3})(?:\.\d+)?\s*%?/gi),
  ].at(-1);
  const confidence = stated ? Math.min(100, Number(stated[1])) : null;
  return { answer: answer === "" ? null : answer, confidence };
}

/** Text as the field compares it: no articles, case, marks or repeated blanks. */
function plain(text: string): string {
  return unwrapAnswer(text)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\b(?:a|an|the)\b/g, " ")
    .replace(/["'`´’“”.,;!?]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** A number without quotes around it and an article before it. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/^["'“”‘’]+|["'“”‘’]+$/g, "")
    .replace(/^(?:an?|the)\s+(?=[-+\d.])/i, "");
}

/**
 * The verdict by exact match: the same text but for case, articles and punctuation; the same number; or the same mathematics where
 * the reference is LaTeX.
 *
 * Source: exact match of question answering (Rajpurkar et al. 2016, arXiv 1606.05250) with mathematics compared as such.
 *
 * @example
 * gradeHleExact("The Hague", "Answer: hague").reward // 1
 */
export function gradeHleExact(reference: string, response: string): Verdict {
  const { answer } = readHleResponse(response);
  if (answer === null) return noAnswer('nothing after "Answer:"');
  // Signs are part of a number, so that only texts are stripped of punctuation.
  const numeric =
    /^[-+\d.,/\s%]+$/.test(reference) || /^[-+\d.,/\s%]+$/.test(answer);
  if (!numeric && plain(reference) !== "" && plain(reference) === plain(answer))
    return correct();
  if (equalAnswers(bare(reference), bare(answer))) return correct();
  const latex = /[\\$^=]/.test(reference);
  if (
    latex &&
    gradeMathVerify(reference, `\\boxed{${answer}}`).outcome === "right"
  )
    return correct();
  return wrong(
    `expected ${reference.slice(0, 40)}, got ${answer.slice(0, 40)}`,
  );
}

/** What a judge model said. */
export interface Judgement {
  correct: boolean;
  /** The answer that the judge took from the response. */
  extracted: string;
}

/**
 * The message to a judge model.
 *
 * @example
 * judgePrompt("2 + 2?", "4", "Answer: four")
 */
export function judgePrompt(
  question: string,
  reference: string,
  response: string,
): string {
  return [
    "Compare a response to a question with the reference answer. Do not solve the question yourself.",
    `Question:\n${question}`,
    `Reference answer:\n${reference}`,
    `Response:\n${response}`,
    "First write one line `Extracted: ` with the final answer that the response gives, or `none`.",
    "Then write one last line, `Verdict: yes` if that answer means the same as the reference answer (numbers may differ by rounding), else `Verdict: no`.",
  ].join("\n\n");
}

/**
 * Read a judge's reply: its last "Verdict:" line; null where it says none.
 *
 * @example
 * parseJudgement("Extracted: 4\nVerdict: yes") // { correct: true, extracted: "4" }
 */
export function parseJudgement(reply: string): Judgement | null {
  const text = reply.slice(-LONGEST);
  const verdict = [...text.matchAll(/^\W*verdict\W*:?\W*(yes|no)\b/gim)].at(-1);
  if (!verdict) return null;
  const extracted = [...text.matchAll(/^\W*extracted\W*:[ \t]*(.*)$/gim)].at(
    -1,
  );
  return {
    correct: verdict[1]!.toLowerCase() === "yes",
    extracted: extracted?.[1]!.trim() ?? "",
  };
}

/** A judge model behind an OpenAI-compatible server. */
export interface JudgeServer {
  /** Base address, for example `http://127.0.0.1:8000/v1`. */
  url: string;
  model: string;
  /** Sent as a bearer token. */
  token?: string;
  /** Milliseconds per attempt; default 120,000. */
  timeout?: number;
  /** Attempts; default 3. */
  attempts?: number;
}

async function ask(server: JudgeServer, prompt: string): Promise<string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
  };
  if (server.token !== undefined)
    headers["authorization"] = `Bearer ${server.token}`;
  const reply = await fetch(
    `${server.url.replace(/\/$/, "")}/chat/completions`,
    {
      method: "POST",
      headers,
      body: JSON.stringify({
        model: server.model,
        temperature: 0,
        messages: [{ role: "user", content: prompt }],
      }),
      signal: AbortSignal.timeout(server.timeout ?? 120_000),
    },
  );
  if (!reply.ok) throw new InfrastructureError(`judge: status ${reply.status}`);
  const body = (await reply.json()) as {
    choices?: { message?: { content?: unknown } }[];
  };
  const content = body.choices?.[0]?.message?.content;
  if (typeof content !== "string")
    throw new InfrastructureError(
      "judge: reply must hold choices[0].message.content",
    );
  return content;
}

/**
 * Have a response judged by a model.
 *
 * @returns the judgement, or null where the judge's last attempt says no verdict: that is unscored, not wrong
 * @throws InfrastructureError the server fails on every attempt
 */
export async function judgeByServer(
  server: JudgeServer,
  question: string,
  reference: string,
  response: string,
): Promise<Judgement | null> {
  const prompt = judgePrompt(question, reference, response);
  let failure: unknown;
  for (let attempt = 0; attempt < (server.attempts ?? 3); attempt++) {
    try {
      const judgement = parseJudgement(await ask(server, prompt));
      if (judgement) return judgement;
      failure = null;
    } catch (error) {
      failure = error;
    }
  }
  if (failure === null) return null;
  const { message } = failure as Error;
  throw new InfrastructureError(
    `judgeByServer: ${server.url} failed; ${message}`,
  );
}
