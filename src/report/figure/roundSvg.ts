/** Rounding of the numbers inside an SVG text. */

/**
 * The same SVG with every decimal number rounded, so that two machines write the same bytes and files stay small.
 *
 * @param svg     SVG text
 * @param digits  decimals kept
 * @example
 * roundSvg('<path d="M0.12345,2.0000001"/>') // '<path d="M0.123,2"/>'
 */
export function roundSvg(svg: string, digits: number = 3): string {
  // Only inside tags: text content such as a tick label "0.12345" stays as it was written.
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(/-?\d*\.\d+(?:e[-+]?\d+)?/g, (number) =>
      String(Number(Number(number).toFixed(digits)) + 0),
    ),
  );
}
