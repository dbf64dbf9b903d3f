/** English number words as digits. */

const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
};

/**
 * The number that words say, as digits: the number words of a text in order, "and" and other words between them passed over;
 * null where there is none. A text that is a number in digits already comes back as it is.
 *
 * Source: the behaviour of the package word2number 1.1 on answers.
 *
 * @example
 * wordToNumber("two hundred and five") // "205"
 */
export function wordToNumber(text: string): string | null {
  const lower = text.replaceAll("-", " ").toLowerCase();
  if (/^\d+$/.test(lower)) return String(BigInt(lower));
  let [total, group, found] = [0, 0, false];
  let point: string[] | null = null;
  for (const word of lower.trim().split(/\s+/)) {
    const small = SMALL.indexOf(word);
    const ten = TENS.indexOf(word);
    if (point && small >= 0 && small < 10) point.push(String(small));
    else if (small >= 0) group += small;
    else if (ten >= 0) group += 10 * (ten + 2);
    else if (word === "hundred") group = Math.max(1, group) * 100;
    else if (Object.hasOwn(SCALES, word)) {
      total += Math.max(1, group) * SCALES[word]!;
      group = 0;
    } else if (word === "point" && found) {
      point = [];
      continue;
    } else continue;
    found = true;
  }
  if (!found) return null;
  const whole = String(total + group);
  return point && point.length > 0 ? `${whole}.${point.join("")}` : whole;
}
