/**
 * Reading LaTeX mathematics into a tree: a descent by precedence over tokens.
 *
 * From loose to tight: `;` `,` ± and relations, ∪ ∖ ∩, + −, · / mod, sign, juxtaposition, postfix, power. The conventions
 * where textbooks differ are those of Math-Verify's parser (latex2sympy2_extended 1.11), found by running it: juxtaposition binds
 * tighter than a written product (1/2x is 1/(2x)), an integer before a positive fraction is a mixed number, `\log` has base 10,
 * (a, b) is an open interval unless its ends are known to be out of order, letters are read in lower case.
 */
import type { Budget } from "./budget.js";
import {
  asSetOrSingle,
  bracketNode,
  isSingle,
  number,
  onlyUnknowns,
  quotient,
  readNumber,
  unordered,
  wordName,
} from "./build.js";
import { Cursor } from "./cursor.js";
import {
  exact,
  isInteger,
  isSet,
  minus,
  product,
  sum,
  symbol,
  type Node,
  type Relation,
} from "./node.js";
import {
  DOMAINS_OF_NUMBERS,
  FUNCTIONS,
  LISTS,
  SIGNS,
  SYMBOLS,
} from "./names.js";
import { add, rational } from "./rational.js";
import { LatexError, tokenize, type ReadStyle } from "./tokens.js";

/** Commands that can begin a factor. */
function startsExpression(command: string): boolean {
  return (
    command in FUNCTIONS ||
    SYMBOLS.has(command) ||
    LISTS.includes(command) ||
    /^(pi|infty|[dtc]?frac|sqrt|[dt]?binom|operatorname|begin|lfloor|lceil|lvert|sum|prod|int|lim|boxed)$/.test(
      command,
    )
  );
}

/** A descent over the tokens of one text. */
class Reader extends Cursor {
  constructor(
    text: string,
    budget: Budget,
    private readonly style: ReadStyle,
  ) {
    super(tokenize(text, budget, style), budget);
  }

  /** Inside `\int`, a `d` before a letter ends the integrand. */
  private integrals = 0;
  /** Inside |…|, a bar closes. */
  private bars = 0;

  /** The whole text: one expression, a set of several, or a membership. */
  all(): Node {
    const membership = this.membership();
    if (membership) return membership;
    const node = asSetOrSingle(this.lists());
    if (this.peek().kind !== "end") this.fail();
    return node;
  }

  /** One relation at the beginning of a text, whatever follows. */
  prefix(): Node {
    return this.relation();
  }

  /** `x = 1, 2`, `x \in {1, 2}`, `x = \pm 2`: unknowns, one sign, and several values without a sign. */
  private membership(): Node | null {
    const start = this.at;
    let depth = 0;
    let signs = 0;
    let commas = 0;
    let where = -1;
    for (let i = start; i < this.tokens.length; i++) {
      const { text, kind } = this.tokens[i]!;
      if (kind !== "sign" && kind !== "command") continue;
      if ("([{".includes(text) || text === "\\{") depth++;
      else if (")]}".includes(text) || text === "\\}") depth--;
      else if (depth === 0 && (text === "in" || text in SIGNS)) {
        signs++;
        where = i;
        if (text !== "=" && text !== "in") signs += 2;
      } else if (
        depth === 0 &&
        where >= 0 &&
        (text === "," || text === ";" || text === "pm")
      )
        commas++;
    }
    if (signs !== 1) return null;
    const isIn = this.tokens[where]!.text === "in";
    if (!isIn && commas === 0) return null;
    const left = this.unknownList();
    if (left === null || this.at !== where) {
      this.at = start;
      return null;
    }
    this.at++;
    const right = asSetOrSingle(this.lists());
    if (this.peek().kind !== "end") this.fail();
    return { kind: "relation", sign: "=", left, right };
  }

  private unknownList(): Node | null {
    const found: Node[] = [];
    do {
      const { kind, text } = this.peek();
      if (
        kind !== "letter" &&
        kind !== "word" &&
        !(kind === "command" && SYMBOLS.has(text))
      )
        return null;
      found.push(this.name());
    } while (this.take(","));
    return found.length === 1 ? found[0]! : { kind: "tuple", items: found };
  }

  /** Lists between `;` of lists between `,`. */
  private lists(): Node[][] {
    const lists: Node[][] = [];
    do {
      const list: Node[] = [];
      do list.push(...this.element());
      while (this.take(","));
      lists.push(list);
    } while (this.take(";"));
    return lists;
  }

  /** One element of a list; ± makes two. */
  private element(): Node[] {
    return this.nested(() => {
      if (this.take("pm")) {
        const node = this.additive();
        return [minus(node), node];
      }
      const first = this.relation();
      if (!this.take("pm")) return [first];
      const second = this.additive();
      return [sum([first, second]), sum([first, minus(second)])];
    });
  }

  private relation(): Node {
    const relations: Relation[] = [];
    let left = this.sets();
    for (;;) {
      if (this.take("approx")) {
        const right = this.sets();
        if (onlyUnknowns(left)) return right;
        return left;
      }
      const token = this.peek();
      const sign =
        token.kind === "sign" || token.kind === "command"
          ? SIGNS[token.text]
          : undefined;
      if (sign === undefined) break;
      this.at++;
      const right = this.sets();
      relations.push({ kind: "relation", sign, left, right });
      left = right;
    }
    if (relations.length === 0) return left;
    return relations.length === 1
      ? relations[0]!
      : { kind: "chain", relations };
  }

  private sets(): Node {
    let left = this.additive();
    for (;;) {
      const by = this.take("cup")
        ? "union"
        : this.take("cap")
          ? "intersection"
          : this.take("setminus", "backslash")
            ? "minus"
            : null;
      if (by === null) return left;
      const right = this.additive();
      if (!isSet(left) || !isSet(right))
        throw new LatexError("latex: ∪, ∩ and ∖ must stand between sets");
      left = {
        kind: "combined",
        by,
        left: unordered(left),
        right: unordered(right),
      };
    }
  }

  /** Sums and differences. */
  additive(): Node {
    return this.nested(() => {
      let left = this.multiplicative();
      for (;;) {
        if (this.take("+")) left = sum([left, number(this.multiplicative())]);
        else if (this.take("-"))
          left = sum([number(left), minus(number(this.multiplicative()))]);
        else return left;
        this.budget.spend();
      }
    });
  }

  private multiplicative(plain = false): Node {
    let left = this.unary(plain);
    for (;;) {
      if (this.take("*", "times", "cdot", "ast"))
        left = product([number(left), number(this.unary(plain))]);
      else if (this.take("/", "div", ":"))
        left = quotient(number(left), number(this.unary(plain)));
      else if (this.take("mod"))
        left = {
          kind: "call",
          name: "mod",
          args: [number(left), number(this.unary(plain))],
        };
      else return left;
      this.budget.spend();
    }
  }

  private unary(plain: boolean): Node {
    return this.nested(() => {
      if (this.take("+")) return number(this.unary(plain));
      if (this.take("-")) return minus(number(this.unary(plain)));
      return this.juxtaposed(plain);
    });
  }

  /** Factors side by side; `plain` stops before a function, as in `\sin x \cos x`. */
  private juxtaposed(plain: boolean): Node {
    const factors = [this.postfix()];
    while (this.startsFactor(plain)) factors.push(number(this.postfix()));
    if (factors.length === 1) return factors[0]!;
    let right = factors.pop()!;
    while (factors.length > 0) {
      const left = number(factors.pop()!);
      right =
        this.style === "mathVerify" &&
        isInteger(left) &&
        right.kind === "number" &&
        !right.decimal &&
        right.value.top > 0n
          ? exact(add(left.value, right.value))
          : product([left, right]);
    }
    return right;
  }

  private startsFactor(plain: boolean): boolean {
    const { kind, text } = this.peek();
    if (kind === "end") return false;
    if (kind === "letter")
      return !(
        this.integrals > 0 &&
        text === "d" &&
        ["letter", "command"].includes(this.tokens[this.at + 1]!.kind)
      );
    if (kind === "number" || kind === "word" || kind === "percent") return true;
    if (kind === "sign")
      return (
        text === "(" ||
        text === "[" ||
        text === "{" ||
        (text === "|" && this.bars === 0)
      );
    if (
      plain &&
      (text in FUNCTIONS || ["sum", "prod", "int", "lim"].includes(text))
    )
      return false;
    const unknown =
      this.style === "sympy" &&
      SIGNS[text] === undefined &&
      !/^(times|cdot|div|mod|end|[a-z]?right\w*|r[a-z]+)$/.test(text);
    return startsExpression(text) || unknown;
  }

  private postfix(): Node {
    let node = this.powered();
    for (;;) {
      if (this.take("!"))
        node = { kind: "call", name: "factorial", args: [number(node)] };
      else if (!this.take("'")) return node;
    }
  }

  private powered(): Node {
    let base = this.atom();
    while (this.is("^")) {
      this.at++;
      if (this.take("circ", "degree", "prime")) continue;
      const exponent = this.script();
      if (
        exponent.kind === "symbol" &&
        /^(circ|degree|prime)$/.test(exponent.name)
      )
        continue;
      base =
        base.kind === "constant" && base.name === "e"
          ? { kind: "call", name: "exp", args: [exponent] }
          : { kind: "power", base: number(base), exponent: number(exponent) };
    }
    return base;
  }

  /** What stands behind `^` or `_`: one token or a group. */
  private script(): Node {
    return this.nested(() => {
      if (this.take("{")) {
        if (this.take("circ", "degree")) {
          this.expect("}");
          return symbol("circ");
        }
        const node = this.additive();
        this.expect("}");
        return node;
      }
      const { kind } = this.peek();
      if (
        kind === "number" ||
        kind === "letter" ||
        kind === "word" ||
        kind === "command"
      )
        return this.atom();
      return this.fail();
    });
  }

  private atom(): Node {
    return this.nested(() => {
      const token = this.peek();
      switch (token.kind) {
        case "number":
        case "percent":
          this.at++;
          if (this.take("_")) this.script();
          return readNumber(token);
        case "letter":
        case "word":
          return this.nameOrCall();
        case "command":
          return this.command();
        case "sign":
          return this.bracketed();
        default:
          return this.fail();
      }
    });
  }

  private nameOrCall(): Node {
    const node = this.name();
    const next = this.peek();
    if (next.kind !== "sign" || next.text !== "(" || next.spaced) return node;
    return node.kind === "symbol" ? (this.call(node.name) ?? node) : node;
  }

  /** `f(x)` with one name or number inside, or several arguments, is a function; `x(y + 1)` is a product. */
  private call(name: string): Node | null {
    const start = this.at;
    this.at++;
    const args: Node[] = [];
    try {
      do args.push(this.additive());
      while (this.take(","));
      if (!this.take(")")) throw new LatexError("latex: ) must follow");
    } catch (error) {
      if (!(error instanceof LatexError)) throw error;
      this.at = start;
      return null;
    }
    const single = args[0]!;
    const atomic =
      single.kind === "symbol" ||
      single.kind === "number" ||
      single.kind === "constant";
    if (
      this.style === "sympy" ||
      args.length > 1 ||
      (atomic && this.at - start <= 3)
    )
      return { kind: "call", name: `f:${name}`, args };
    this.at = start;
    return null;
  }

  /** A letter, a wrapped text or a symbol's command, with its subscript. */
  private name(): Node {
    const token = this.peek();
    this.at++;
    this.budget.spend();
    if (token.kind === "letter") {
      if (token.text === "I") return { kind: "constant", name: "i" };
      if (token.text === "e" && this.style === "mathVerify")
        return { kind: "constant", name: "e" };
    }
    let name = token.kind === "word" ? wordName(token) : token.text;
    if (this.is("_")) {
      this.at++;
      name += `_${this.subscript()}`;
    }
    return symbol(name.toLowerCase());
  }

  private subscript(): string {
    const start = this.at;
    this.script();
    return this.tokens
      .slice(start, this.at)
      .map(({ text }) => text)
      .filter((text) => text !== "{" && text !== "}")
      .join("");
  }

  private bracketed(): Node {
    const open = this.peek().text;
    if (open === "{") return this.braced();
    if (open === "|" || open === "\\|") {
      this.at++;
      this.bars++;
      const inside = this.additive();
      this.expect(open);
      this.bars--;
      return { kind: "call", name: "abs", args: [number(inside)] };
    }
    if (open === "\\{") {
      this.at++;
      if (this.take("\\}")) return { kind: "domain", name: "empty" };
      const items = this.inside(() => this.lists());
      this.expect("\\}");
      return { kind: "set", items: items.flat() };
    }
    if (open !== "(" && open !== "[") this.fail();
    this.at++;
    const lists = this.inside(() => this.lists());
    const close = this.take(")") ? ")" : "]";
    if (close === "]") this.expect("]");
    return bracketNode(open, close, lists);
  }

  /** Read inside brackets, where bars and differentials of the outside do not close anything. */
  private inside<T>(read: () => T): T {
    const { bars, integrals } = this;
    this.bars = 0;
    this.integrals = 0;
    const value = read();
    this.bars = bars;
    this.integrals = integrals;
    return value;
  }

  private braced(): Node {
    this.at++;
    if (this.take("}")) return this.fail();
    const lists = this.inside(() => {
      const first = this.lists();
      if (isSingle(first) && this.take("choose"))
        return [
          [
            {
              kind: "call",
              name: "binomial",
              args: [first[0]![0]!, this.additive()],
            } as Node,
          ],
        ];
      return first;
    });
    this.expect("}");
    return isSingle(lists)
      ? lists[0]![0]!
      : { kind: "set", items: lists.flat() };
  }

  private group(): Node {
    if (!this.take("{")) return this.script();
    const node = this.inside(() => this.additive());
    this.expect("}");
    return node;
  }

  private command(): Node {
    const name = this.peek().text;
    if (name in FUNCTIONS) return this.functionCall(name);
    if (LISTS.includes(name) && this.style === "mathVerify") {
      this.at++;
      return this.argumentList(name);
    }
    if (SYMBOLS.has(name) && !/^gamma$/i.test(name)) return this.nameOrCall();
    this.at++;
    const known = this.constant(name) ?? this.construct(name);
    if (known !== null) return known;
    if (this.style !== "sympy")
      throw new LatexError(`latex: \\${name} must be a known command`);
    const unknown = symbol(`\\${name}`);
    return this.is("(") ? (this.call(name) ?? unknown) : unknown;
  }

  private constant(name: string): Node | null {
    switch (name) {
      case "gamma":
      case "Gamma":
        return { kind: "constant", name: "gamma" };
      case "pi":
        if (this.style === "sympy") return symbol("pi");
        return { kind: "constant", name: "pi" };
      case "infty":
        return { kind: "constant", name: "infinity" };
      case "emptyset":
        return { kind: "domain", name: "empty" };
      default:
        return null;
    }
  }

  /** What a command with arguments makes of them; null where it is none of these. */
  private construct(name: string): Node | null {
    switch (name) {
      case "frac":
      case "dfrac":
      case "tfrac":
      case "cfrac":
        if (this.style === "sympy" && name === "cfrac") return symbol(name);
        return this.fraction();
      case "sqrt":
        return this.root();
      case "binom":
      case "dbinom":
      case "tbinom":
        return {
          kind: "call",
          name: "binomial",
          args: [this.group(), this.group()],
        };
      case "mathbb":
        return this.domain();
      case "boxed":
        return this.braced();
      case "operatorname":
        return this.operator();
      case "begin":
        return this.environment();
      case "lfloor":
        return this.between("floor", "rfloor");
      case "lceil":
        return this.between("ceiling", "rceil");
      case "lvert":
        return this.between("abs", "rvert");
      case "sum":
      case "prod":
        return this.series(name === "sum" ? "sum" : "product");
      case "int":
        return this.integral();
      case "lim":
        return this.limit();
      default:
        return null;
    }
  }

  private between(name: string, close: string): Node {
    const inside = this.inside(() => this.additive());
    this.expect(close);
    return { kind: "call", name, args: [number(inside)] };
  }

  private fraction(): Node {
    const [upper, lower] = [this.group(), this.group()];
    if (
      upper.kind === "symbol" &&
      upper.name === "d" &&
      lower.kind === "product" &&
      lower.factors.length === 2
    ) {
      const [d, x] = lower.factors as [Node, Node];
      if (d.kind === "symbol" && d.name === "d" && x.kind === "symbol")
        return {
          kind: "bound",
          of: "derivative",
          variable: x.name,
          from: x,
          to: null,
          body: this.multiplicative(),
        };
    }
    return quotient(number(upper), number(lower));
  }

  private root(): Node {
    let index: Node = exact(rational(2n));
    if (this.take("[")) {
      index = this.inside(() => this.additive());
      this.expect("]");
    }
    const base = number(this.group());
    return {
      kind: "power",
      base,
      exponent: quotient(exact(rational(1n)), index),
    };
  }

  private domain(): Node {
    const wrapped = this.take("{");
    const { text } = this.peek();
    const name = Object.hasOwn(DOMAINS_OF_NUMBERS, text)
      ? DOMAINS_OF_NUMBERS[text]
      : undefined;
    if (name === undefined)
      throw new LatexError(`latex: \\mathbb{${text}} must be a known set`);
    this.at++;
    if (wrapped) this.expect("}");
    return { kind: "domain", name };
  }

  private operator(): Node {
    this.expect("{");
    const name = this.letters();
    this.expect("}");
    if (LISTS.includes(name)) return this.argumentList(name);
    return name in FUNCTIONS
      ? this.functionCall(name, true)
      : { kind: "call", name: `f:${name}`, args: [this.argument()] };
  }

  private argumentList(name: string): Node {
    this.expect("(");
    const args = this.inside(() => {
      const found: Node[] = [];
      do found.push(number(this.additive()));
      while (this.take(","));
      return found;
    });
    this.expect(")");
    return { kind: "call", name, args };
  }

  /** The argument of a function: in brackets, or the factors that follow. */
  private argument(): Node {
    if (this.take("(")) {
      const node = this.inside(() => this.additive());
      this.expect(")");
      return number(node);
    }
    if (this.take("{")) {
      const node = this.inside(() => this.additive());
      this.expect("}");
      return number(node);
    }
    return number(this.multiplicative(true));
  }

  private functionCall(command: string, named = false): Node {
    if (!named) this.at++;
    let name = FUNCTIONS[command]!;
    let power: Node | null = null;
    let base: Node | null = null;
    for (;;) {
      if (power === null && this.take("^")) power = this.script();
      else if (base === null && this.take("_")) base = this.script();
      else break;
    }
    if (
      power?.kind === "number" &&
      power.value.top === -1n &&
      power.value.bottom === 1n &&
      /^(sin|cos|tan|csc|sec|cot|sinh|cosh|tanh)$/.test(name)
    ) {
      name = `a${name}`;
      power = null;
    }
    const argument = this.argument();
    const node: Node =
      name === "log"
        ? {
            kind: "call",
            name: "log",
            args: [argument, base ?? this.commonBase()],
          }
        : name === "ln"
          ? {
              kind: "call",
              name: "log",
              args: [argument, base ?? { kind: "constant", name: "e" }],
            }
          : { kind: "call", name, args: [argument] };
    return power ? { kind: "power", base: node, exponent: power } : node;
  }

  /** The base of `\log`. */
  private commonBase(): Node {
    return this.style === "sympy"
      ? { kind: "constant", name: "e" }
      : exact(rational(10n));
  }

  private environment(): Node {
    this.expect("{");
    const name = this.letters();
    this.expect("}");
    if (name === "array" && this.take("{")) {
      while (!this.take("}")) {
        if (this.peek().kind === "end") this.fail();
        this.at++;
      }
    }
    if (!/^([pbBvV]?matrix|smallmatrix|array)$/.test(name))
      throw new LatexError(`latex: environment ${name} must be a matrix`);
    const rows = this.inside(() => this.matrixRows());
    this.expect("{");
    this.letters();
    this.expect("}");
    const width = rows[0]!.length;
    if (rows.some((row) => row.length !== width))
      throw new LatexError("latex: the rows of a matrix must have one length");
    const matrix: Node = { kind: "matrix", rows };
    return name === "vmatrix"
      ? { kind: "call", name: "det", args: [matrix] }
      : matrix;
  }

  private matrixRows(): Node[][] {
    const rows: Node[][] = [];
    for (;;) {
      if (this.take("end")) return rows.length > 0 ? rows : this.fail();
      const row: Node[] = [];
      do row.push(number(this.additive()));
      while (this.take("&"));
      rows.push(row);
      if (!this.take("\\\\") && !this.is("end")) this.fail();
    }
  }

  private series(of: "sum" | "product"): Node {
    this.expect("_");
    this.expect("{");
    const variable = this.name();
    this.expect("=");
    const from = this.additive();
    this.expect("}");
    this.expect("^");
    const to = this.script();
    const body = number(this.multiplicative());
    if (variable.kind !== "symbol") return this.fail();
    return { kind: "bound", of, variable: variable.name, from, to, body };
  }

  private integral(): Node {
    const from = this.take("_") ? this.script() : null;
    const to = this.take("^") ? this.script() : null;
    this.integrals++;
    const body = this.additive();
    this.integrals--;
    let variable = "x";
    if (this.peek().kind === "letter" && this.peek().text === "d") {
      this.at++;
      const name = this.name();
      if (name.kind === "symbol") variable = name.name;
    }
    return { kind: "bound", of: "integral", variable, from, to, body };
  }

  private limit(): Node {
    this.expect("_");
    this.expect("{");
    const variable = this.name();
    if (!this.take("to", "rightarrow")) this.fail();
    const from = this.additive();
    if (this.take("^")) this.at++;
    this.expect("}");
    const body = number(this.multiplicative());
    if (variable.kind !== "symbol") return this.fail();
    return {
      kind: "bound",
      of: "limit",
      variable: variable.name,
      from,
      to: null,
      body,
    };
  }
}

const SHORT_FRACTION = /\\([dtc]?frac)\s*(\d)\s*(\d)/g;

/**
 * Read LaTeX mathematics. A fraction without braces takes one digit each, as TeX has it; other short forms (`\sqrt12`) are the graders'
 * to spell out before, each in its reference's way.
 *
 * @param text    what stands between the dollars
 * @param budget  steps that may be used
 * @throws LatexError it is not mathematics that this library reads
 * @throws BudgetError no steps are left
 * @example
 * readLatex("\\frac12", new Budget()) // { kind: "number", value: { top: 1n, bottom: 2n }, decimal: false }
 */
export function readLatex(text: string, budget: Budget): Node {
  const spelled = text.replace(SHORT_FRACTION, "\\$1{$2}{$3}");
  return new Reader(spelled, budget, "mathVerify").all();
}

/**
 * Read the expression or relation at the beginning of a text as SymPy's LaTeX parser does (see `ReadStyle`).
 *
 * @throws LatexError no expression begins there
 * @throws BudgetError no steps are left
 * @example
 * readLatexPrefix("1) or 2", new Budget()) // { kind: "number", value: { top: 1n, bottom: 1n }, … }
 */
export function readLatexPrefix(text: string, budget: Budget): Node {
  return new Reader(text, budget, "sympy").prefix();
}
