/** Sums and products of matrices, entry by entry. */
import { product, sum, type Node } from "../latex/node.js";

type Rows = readonly (readonly Node[])[];

function multiply(a: Rows, b: Rows): Rows | null {
  if (a[0]!.length !== b.length) return null;
  return a.map((row) =>
    b[0]!.map((_, j) => sum(row.map((x, k) => product([x, b[k]![j]!])))),
  );
}

/**
 * The entries of an expression whose value is a matrix, or null: a written matrix, a sum of matrices, a product with numbers.
 *
 * @example
 * const [[one, x]] = matrixValue(readLatex("2\\begin{pmatrix}1&x\\end{pmatrix}", budget))!;
 * [one, x].map(({ kind }) => kind) // ["product", "product"]
 */
export function matrixValue(node: Node): Rows | null {
  if (node.kind === "matrix") return node.rows;
  if (node.kind === "sum") {
    const terms = node.terms.map(matrixValue);
    const first = terms[0];
    if (
      !first ||
      terms.some(
        (t) =>
          !t || t.length !== first.length || t[0]!.length !== first[0]!.length,
      )
    )
      return null;
    return first.map((row, i) =>
      row.map((_, j) => sum(terms.map((t) => t![i]![j]!))),
    );
  }
  if (node.kind !== "product") return null;
  let rows: Rows | null = null;
  const scalars: Node[] = [];
  for (const factor of node.factors) {
    const value = matrixValue(factor);
    if (value === null) scalars.push(factor);
    else if ((rows = rows === null ? value : multiply(rows, value)) === null)
      return null;
  }
  return (
    rows && rows.map((row) => row.map((entry) => product([...scalars, entry])))
  );
}
