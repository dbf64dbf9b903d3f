/** The seed that a server is given for a named stream. */
import { fillWords, key } from "../../random.js";

/** 31 bits of a named stream, which every server takes. */
export function seedOf(seed: number, stream: string): number {
  const words = new Uint32Array(2);
  fillWords(key(seed, stream), 0, words);
  return words[0]! >>> 1;
}
