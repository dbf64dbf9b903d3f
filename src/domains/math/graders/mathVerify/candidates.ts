/** Where in a completion the answer may stand, by priority: Math-Verify's extraction without its regular expressions. */
import type { Candidate, Place } from "./candidate.js";
import { Environments } from "./environments.js";
import { expressionAt } from "./plain.js";

/** Most characters between the word "answer" and the answer. */
const REACH = 50;

type At = (at: number) => Place | null;

/** Matches of an anchor that is followed, within its reach, by something; they do not overlap. */
function afterWords(
  text: string,
  words: RegExp,
  priority: number,
  offsets: (end: number) => Iterable<number>,
  at: At,
): Candidate[] {
  const found: Candidate[] = [];
  for (let from = 0; ;) {
    words.lastIndex = from;
    const anchor = words.exec(text);
    if (!anchor) return found;
    from = anchor.index + 1;
    for (const offset of offsets(anchor.index + anchor[0].length)) {
      const match = at(offset);
      if (!match) continue;
      found.push({ ...match, priority, start: anchor.index });
      from = Math.max(from, match.end);
      break;
    }
  }
}

function anywhere(text: string, priority: number, at: At): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < text.length;) {
    const match = at(i);
    if (match) {
      found.push({ ...match, priority, start: i });
      i = Math.max(i + 1, match.end);
    } else i++;
  }
  return found;
}

function* upTo(
  from: number,
  reach: number,
  text: string,
  lines: boolean,
): Iterable<number> {
  for (let i = from; i <= from + reach && i <= text.length; i++) {
    yield i;
    if (!lines && text[i] === "\n") return;
  }
}

/** Behind "final answer … is" and an optional colon: every "is" within 100 characters, the nearest first. */
function* behindIs(
  text: string,
  from: number,
  space: boolean,
  lines: boolean,
): Iterable<number> {
  for (const i of upTo(from, 100, text, lines)) {
    if (!/\s/.test(text[i] ?? "")) continue;
    let at = i;
    while (/\s/.test(text[at] ?? "") && at - i < 100) at++;
    if (!text.startsWith("is", at)) continue;
    at += 2;
    if (text[at] === ":") at++;
    if (!space) yield at;
    else {
      // White space may belong to what follows (a bracket between blanks), so the last blank is offered too.
      let end = at;
      while (/\s/.test(text[end] ?? "")) end++;
      yield end;
      if (end > at) yield end - 1;
    }
  }
}

/** Behind "answer": the last "=" within 100 characters of the line, else anything within 50. */
function* behindEquals(text: string, from: number): Iterable<number> {
  let line = from;
  while (line < text.length && line < from + 101 && text[line] !== "\n") line++;
  for (let i = line - 1; i >= from; i--) {
    if (text[i] !== "=") continue;
    let end = i + 1;
    while (/\s/.test(text[end] ?? "") && end < i + 100) end++;
    for (let at = end; at > i; at--) yield at;
  }
  yield* upTo(from, REACH, text, false);
}

const HOPE = /\s*\.?\s?I hope/y;

function hopeful(text: string, at: At): At {
  return (i) => {
    const match = at(i);
    if (!match) return null;
    // The end of an environment lies behind white space, which the phrase may need.
    let end = match.end;
    while (end > 0 && /\s/.test(text[end - 1]!)) end--;
    HOPE.lastIndex = end;
    const hope = HOPE.exec(text);
    return hope && { ...match, end: HOPE.lastIndex };
  };
}

/** The characters behind "final answer is", an optional colon and white space. */
function* justBehind(
  text: string,
  from: number,
  space: boolean,
): Iterable<number> {
  let at = from;
  if (text[at] === ":") at++;
  let end = at;
  while (/\s/.test(text[end] ?? "")) end++;
  yield end;
  if (end > at) yield end - 1;
  if (!space && end !== at) yield at;
}

function latexCandidates(
  text: string,
  environments: Environments,
): Candidate[] {
  const at =
    (boxed: boolean): At =>
    (i) => {
      const chain = environments.chain(i, boxed);
      return (
        chain && {
          end: chain.at(-1)!.end,
          found: { kind: "latex", environments: chain },
        }
      );
    };
  const [plain, boxed] = [at(false), at(true)];
  const found = [
    ...afterWords(
      text,
      /final answer is/gi,
      0,
      (end) => justBehind(text, end, true),
      hopeful(text, plain),
    ),
    ...afterWords(
      text,
      /final answer/gi,
      50,
      (end) => behindIs(text, end, true, true),
      plain,
    ),
    ...afterWords(
      text,
      /answer:/gi,
      100,
      (end) => upTo(end, REACH, text, true),
      plain,
    ),
    ...afterWords(
      text,
      /answer/gi,
      200,
      (end) => upTo(end, REACH, text, true),
      plain,
    ),
    ...anywhere(text, 300, plain),
    ...anywhere(text, 50, boxed),
  ];
  const [open, close] = [text.indexOf("\\boxed{"), text.lastIndexOf("}")];
  if (open >= 0 && close > open + 7)
    found.push({
      priority: 50,
      start: open,
      end: close + 1,
      found: { kind: "box", inside: text.slice(open, close + 1) },
    });
  return found;
}

function plainCandidates(text: string): Candidate[] {
  const either: At = (i) => expressionAt(text, i, "either", false);
  const unequal: At = (i) => expressionAt(text, i, "either", true);
  return [
    ...afterWords(
      text,
      /final answer is/gi,
      0,
      (end) => justBehind(text, end, false),
      hopeful(text, either),
    ),
    ...afterWords(
      text,
      /final answer/gi,
      50,
      (end) => behindIs(text, end, false, false),
      either,
    ),
    ...afterWords(
      text,
      /answer:/gi,
      100,
      (end) => behindEquals(text, end),
      unequal,
    ),
    ...afterWords(
      text,
      /answer/gi,
      200,
      (end) => behindEquals(text, end),
      unequal,
    ),
    ...anywhere(text, 300, (i) => expressionAt(text, i, "expression", false)),
    ...anywhere(text, 300, (i) => expressionAt(text, i, "number", false)),
  ];
}

/**
 * All places where the answer may stand, the ones to try first in front: by priority, then by where they end (the last first),
 * then by where they begin (the first first).
 *
 * @example
 * candidates("so $x = 5$ and \\boxed{6}")[0].found // the box
 */
export function candidates(text: string): Candidate[] {
  const environments = new Environments(text);
  return [
    ...latexCandidates(text, environments),
    ...plainCandidates(text),
  ].sort(
    (a, b) => a.priority - b.priority || b.end - a.end || a.start - b.start,
  );
}
