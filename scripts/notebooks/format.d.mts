/** Columns of a line of code or prose. */
export declare const WIDTH: number;
/** The source of a cell as it should stand. */
export declare function formatCell(
  type: "code" | "markdown",
  source: string,
): Promise<string>;
