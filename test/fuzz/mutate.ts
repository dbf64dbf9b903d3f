/** Random damage to texts and bytes: what a broken disk, a careless editor and an attacker leave. */
import { Random } from "../../src/random.js";

/** Pieces that break readers: numbers beyond every bound, control characters, nesting, keys of every object, halves of pairs. */
const PIECES: readonly string[] = [
  ...["1e9", "-1", "1e999", "9007199254740993", "0.1", "NaN", "null", "true"],
  ...["", '""', "[]", "{}", "[", "]", "{", "}", ":", ",", '"', "\\", "'", "\n"],
  ...["\u0000", "\u001b[2J", "\u009b", "\u202e", "\ud800", "\ufeff", "\u2028"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "../../x",
    "/etc/passwd",
    "&a *a",
  ],
  ...["(a+)+$", "<script>", "</tool_call>", "<think>", "<|im_end|>", "!!js/x"],
  "[".repeat(3000),
  "- ".repeat(3000),
  '{"a":'.repeat(3000),
  "x".repeat(100_000),
  "9".repeat(400),
];

function below(random: Random, n: number): number {
  return Math.floor(random.next() * n);
}

/** One to four random edits of some bytes. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let out = bytes;
  for (let edits = 1 + below(random, 4); edits > 0; edits--)
    out = edit(out, random);
  return out;
}

function edit(bytes: Buffer, random: Random): Buffer {
  const at = below(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + below(random, 40));
  const piece = Buffer.from(PIECES[below(random, PIECES.length)]!);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(end)];
  switch (below(random, 7)) {
    case 0:
      return Buffer.from(head);
    case 1:
      return Buffer.concat([head, tail]);
    case 2:
      return Buffer.concat([head, piece, bytes.subarray(at)]);
    case 3:
      return Buffer.concat([head, piece, tail]);
    case 4:
      return Buffer.concat([head, bytes.subarray(at, end), bytes.subarray(at)]);
    case 5: {
      const out = Buffer.from(bytes);
      if (out.length > 0) out[at % out.length]! ^= 1 << below(random, 8);
      return out;
    }
    default:
      // A number in a text becomes another one.
      return Buffer.from(
        bytes
          .toString("latin1")
          .replace(/\d+/g, (digits) =>
            random.next() < 0.1 ? PIECES[below(random, 6)]! : digits,
          ),
        "latin1",
      );
  }
}
