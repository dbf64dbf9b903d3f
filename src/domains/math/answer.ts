/** Reading and comparing final answers of mathematics: the last balanced `\boxed{}`, exactly. */

/** Longer answers are not parsed: no value of this grader's scope needs as much. */
const LONGEST = 200;

/**
 * Contents of the last `\boxed{…}` whose braces balance, or null.
 *
 * Source: the rule of the deepscaler grader (exact prefix `\boxed{`, brace-matched, last one). Deviates: a later box
 * that never closes is skipped, so the last complete one counts.
 *
 * @example
 * lastBoxed("so \\boxed{1} or \\boxed{\\frac{1}{2}}") // "\\frac{1}{2}"
 */
export function lastBoxed(text: string): string | null {
  const prefix = "\\boxed{";
  for (
    let at = text.lastIndexOf(prefix);
    at >= 0;
    at = at === 0 ? -1 : text.lastIndexOf(prefix, at - 1)
  ) {
    let depth = 1;
    for (let i = at + prefix.length; i < text.length; i++) {
      if (text[i] === "{") depth++;
      else if (text[i] === "}" && --depth === 0)
        return text.slice(at + prefix.length, i);
    }
  }
  return null;
}

/**
 * Canonical text of an answer: spaces, `$`, thousands commas and one `\text{}` wrapper dropped.
 *
 * @example
 * normalise("\\text{ 1{,}000 }") // "1000"
 */
export function normalise(answer: string): string {
  let text = answer.replaceAll("$", "").replaceAll("{,}", ",").trim();
  const wrapped = /^\\(?:text|mathrm|mathbf)\{([^{}]*)\}$/.exec(text);
  if (wrapped) text = wrapped[1]!;
  text = text.replace(/\\[ ,;!]/g, "").replace(/\s+/g, "");
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text))
    text = text.replaceAll(",", "");
  return text;
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
  return bottom === 0n ? null : [ratio[1] === "-" ? -top : top, bottom];
}

/**
 * Whether a given answer equals the reference: the same text after `normalise`, or the same rational number, exactly.
 * Nothing is evaluated; integers, decimals and simple fractions are the numbers it knows.
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
