/** GPT-2's reversible map between bytes and printable characters, the alphabet of every byte-level BPE. */

function byteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) ||
    (byte >= 0xa1 && byte <= 0xac) ||
    (byte >= 0xae && byte <= 0xff);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : next++),
  );
}

/** `BYTE_CHARACTERS[b]` stands for byte `b`: itself where it prints, else a character from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const encoder = new TextEncoder();

/**
 * UTF-8 bytes of a text, each as its byte-level character.
 *
 * @example
 * toByteCharacters(" a") // "Ġa"
 */
export function toByteCharacters(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) out += BYTE_CHARACTERS[byte]!;
  return out;
}
