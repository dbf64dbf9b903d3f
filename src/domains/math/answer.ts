/** Reading and comparing final answers that are numbers: the last complete `\boxed{}`, exactly, with nothing evaluated. */

/** Longer answers are not parsed: no value of this grader's scope needs as much. */
const LONGEST = 200;

const PREFIX = "\\boxed{";

/**
 * Contents of the last `\boxed{…}` whose braces balance, or null. One pass, whatever the text.
 *
 * Source: the rule of the deepscaler grader (exact prefix `\boxed{`, brace-matched, last one). Deviates: a later box
 * that never closes is skipped, so the last complete one counts.
 *
 * @example
 * lastBoxed("so \\boxed{1} or \\boxed{\\frac{1}{2}}") // "\\frac{1}{2}"
 */
export function lastBoxed(text: string): string | null {
  let next = text.indexOf(PREFIX);
  if (next < 0) return null;
  // Positions behind open braces; those of a box are known by `boxes`.
  const open: number[] = [];
  const boxes = new Set<number>();
  let best: [number, number] | null = null;
  for (let i = next; i < text.length; i++) {
    if (i === next) {
      boxes.add(i + PREFIX.length);
      next = text.indexOf(PREFIX, i + 1);
    }
    if (text[i] === "{") open.push(i + 1);
    else if (text[i] === "}") {
      const start = open.pop();
      if (start !== undefined && boxes.has(start) && start > (best?.[0] ?? -1))
        best = [start, i];
    }
  }
  return best && text.slice(...best);
}

/** A trailing unit: `\text{ cm}`, `\mathrm{~m}^2`. */
const UNIT = /\\(?:text|mathrm|mbox)\{[^{}]*\}(?:\^\d|\^\{\d\})?$/;

/**
 * Canonical text of an answer: white space at the ends, `$`, thousands commas, one `\text{}` wrapper, a unit behind a number and a
 * name before an equals sign dropped. White space between digits stays: "1 2" and "1, 2" are not numbers.
 *
 * @example
 * normalise("x = 1{,}000 \\text{ cm}") // "1000"
 */
export function normalise(answer: string): string {
  let text = answer
    .replaceAll("$", "")
    .replaceAll("{,}", ",")
    .replace(/\\[ ,;!]/g, " ")
    .trim();
  const wrapped = /^\\(?:text|mathrm|mathbf)\{([^{}]*)\}$/.exec(text);
  if (wrapped) text = wrapped[1]!.trim();
  text = text.replace(/^[a-zA-Z]\s*=\s*(?=[^=\s])/, "");
  if (/^[-+]?[\d.]/.test(text)) text = text.replace(UNIT, "").trim();
  text = text.replace(/(?<![\d,.])\s+|\s+(?![\d,.])/g, "");
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text))
    text = text.replaceAll(",", "");
  return text;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function parts(text: string): [bigint, bigint] | null {
  const decimal = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (decimal && (decimal[2] || decimal[3])) {
    const fraction = decimal[3] ?? "";
    const top = BigInt((decimal[2] ?? "") + fraction);
    return [decimal[1] === "-" ? -top : top, 10n ** BigInt(fraction.length)];
  }
  const ratio =
    /^([-+]?)(\d+)\/(\d+)$/.exec(text) ??
    /^([-+]?)\\[dt]?frac\{(\d+)\}\{(\d+)\}$/.exec(text) ??
    /^([-+]?)\\[dt]?frac(\d)(\d)$/.exec(text);
  if (!ratio) return null;
  const [top, bottom] = [BigInt(ratio[2]!), BigInt(ratio[3]!)];
  // 90/5 is a problem, not an answer: a fraction counts in lowest terms only.
  if (bottom < 2n || gcd(top, bottom) !== 1n) return null;
  return [ratio[1] === "-" ? -top : top, bottom];
}

/**
 * Whether a given answer equals the reference: the same text after `normalise`, or the same rational number, exactly.
 * Nothing is evaluated; integers, decimals and fractions in lowest terms are the numbers it knows.
 *
 * @example
 * equalAnswers("0.5", "\\frac{1}{2}") // true
 */
export function equalAnswers(reference: string, given: string): boolean {
  if (given.length > LONGEST) return false;
  const [a, b] = [normalise(reference), normalise(given)];
  if (b === "") return false;
  if (a === b) return true;
  const [p, q] = [parts(a), parts(b)];
  return p !== null && q !== null && p[0] * q[1] === q[0] * p[1];
}
