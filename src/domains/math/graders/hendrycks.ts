/** The normalisation of answers of the MATH data set, which several graders begin with. */

/** `\frac12`, `\frac1{2}` in full; a `\frac` without two more characters leaves everything as it is. */
export function fullFractions(text: string): string {
  const [first, ...rest] = text.split("\\frac");
  let result = first!;
  for (const part of rest) {
    if (part.startsWith("{")) result += `\\frac${part}`;
    else if (part.length < 2) return text;
    else if (part[1] === "{") result += `\\frac{${part[0]}}${part.slice(1)}`;
    else result += `\\frac{${part[0]}}{${part[1]}}${part.slice(2)}`;
  }
  return result;
}

/** `a/b` of two written integers as `\frac{a}{b}`; anything else as it is. */
function fullSlash(text: string): string {
  return text.replace(/^(-?\d{1,4000})\/(-?\d{1,4000})$/, (whole, a, b) =>
    String(BigInt(a)) === a && String(BigInt(b)) === b
      ? `\\frac{${a}}{${b}}`
      : whole,
  );
}

/** The text before its unit, `\text{ cm}`; null where two units stand. */
function withoutUnit(text: string): string | null {
  const parts = text.split("\\text{ ");
  return parts.length <= 2 ? parts[0]! : null;
}

/** `\sqrt3` as `\sqrt{3}`; null where nothing follows a root. */
function fullRoots(text: string): string {
  const [first, ...rest] = text.split("\\sqrt");
  return (
    first! +
    rest
      .map((part) =>
        part.startsWith("{")
          ? `\\sqrt${part}`
          : `\\sqrt{${part[0] ?? ""}}${part.slice(1)}`,
      )
      .join("")
  );
}

/**
 * An answer as the MATH data set compares it: decoration, degree, dollar, percent and trailing `\text{ unit}` dropped, a left side of
 * at most two characters dropped, fractions and roots in full, no spaces.
 *
 * Source: Hendrycks et al. 2021 (arXiv 2103.03874), the released normalisation, in the variant of PRM800K. A text on which its
 * rules fail half-way comes back trimmed and otherwise unchanged.
 *
 * @example
 * normaliseHendrycks("x = \\dfrac12 \\text{ cm}") // "\\frac{1}{2}"
 */
export function normaliseHendrycks(answer: string): string {
  let text = answer.trim();
  const wrapped = /^\\text\{(.+?)\}$/.exec(text);
  if (wrapped) text = wrapped[1]!.trim();
  const before = text;
  text = text
    .replaceAll("\n", "")
    .replaceAll("\\!", "")
    .replaceAll("\\\\", "\\")
    .replaceAll("tfrac", "frac")
    .replaceAll("dfrac", "frac")
    .replaceAll("\\left", "")
    .replaceAll("\\right", "")
    .replaceAll("^{\\circ}", "")
    .replaceAll("^\\circ", "")
    .replaceAll("\\$", "");
  const bare = withoutUnit(text);
  if (bare === null) return before;
  text = bare
    .replaceAll("\\%", "")
    .replaceAll(" .", " 0.")
    .replaceAll("{.", "{0.");
  if (text === "") return text;
  if (text.startsWith(".")) text = `0${text}`;
  const sides = text.split("=");
  if (sides.length === 2 && sides[0]!.length <= 2) text = sides[1]!;
  text = fullRoots(text).replaceAll(" ", "");
  if (/\\frac$/.test(text) || text.includes("\\frac\\frac")) return before;
  text = fullFractions(text);
  if (text === "0.5") text = "\\frac{1}{2}";
  return fullSlash(text);
}
