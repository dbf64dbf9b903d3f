/** The one text in a pickle of Python: read as data, nothing of it is ever run. */
import { TaskError } from "../../error.js";

const STOP = 0x2e;

/** Instructions that say nothing of the text: code → bytes that follow it. */
const SKIPPED: Readonly<Record<number, number>> = {
  0x80: 1, // protocol
  0x95: 8, // length of a frame
  0x94: 0, // remember the text
  0x71: 1, // remember it under a number
  0x72: 4,
};

/** Instructions that hold a text: code → bytes of its length. */
const TEXTS: Readonly<Record<number, number>> = { 0x8c: 1, 0x58: 4, 0x8d: 8 };

/**
 * The text that a pickle consists of. Of the instructions of the format (protocols 1 to 5) only those of a text are known, so that a
 * pickle that would build an object or call a function is refused, by the number of its first other instruction.
 *
 * @param where  what an error calls it
 * @throws TaskError it is not a pickle of one text
 * @example
 * pickledText(Buffer.from("80048c02486994" + "2e", "hex"), "row 1") // "Hi"
 */
export function pickledText(bytes: Buffer, where: string): string {
  const refuse = (why: string): never => {
    throw new TaskError(
      `pickledText: ${where} must be a pickle of one text; ${why}`,
    );
  };
  let text: string | undefined;
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at++]!;
    if (code === STOP) {
      if (text === undefined) refuse("it has none");
      if (at < bytes.length) refuse(`more follows its end at ${at}`);
      return text!;
    }
    const skipped = SKIPPED[code];
    if (skipped !== undefined) {
      at += skipped;
      continue;
    }
    const size = TEXTS[code];
    if (size === undefined || text !== undefined)
      return refuse(`instruction 0x${code.toString(16)} at ${at - 1}`);
    if (at + size > bytes.length) refuse("it ends too early");
    const length =
      size === 8
        ? Number(bytes.readBigUInt64LE(at))
        : bytes.readUIntLE(at, size);
    at += size;
    if (at + length > bytes.length) refuse("it ends too early");
    text = bytes.toString("utf8", at, at + length);
    at += length;
  }
  return refuse("it ends too early");
}
