/** Elements without a library: text only ever becomes text, whatever a model wrote. */

/** What may stand inside an element. */
export type Child = Node | string | number | null | undefined | false;

/** Attributes by name; functions listen to events, `true` is an attribute without value, null or false none. */
export type Attributes = Readonly<
  Record<
    string,
    string | number | boolean | null | undefined | ((event: Event) => void)
  >
>;

function fill(
  element: Element,
  attributes: Attributes,
  children: readonly Child[],
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children
      .filter(
        (child): child is Node | string | number =>
          child !== null && child !== undefined && child !== false,
      )
      .map((child) => (child instanceof Node ? child : String(child))),
  );
}

/** An HTML element: `h("button", { class: "quiet", click: () => go() }, "Open")`. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** An SVG element. */
export function s(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

/** Replace what is inside an element; what had the focus or stood open has or does again, where it is still there. */
export function replace(element: Element, ...children: readonly Child[]): void {
  const focused = document.activeElement;
  const id = element.contains(focused) ? focused!.id : "";
  const titleOf = (details: Element): string =>
    details.querySelector("summary")?.textContent ?? "";
  const opened = new Set(
    [...element.querySelectorAll("details[open]")].map(titleOf),
  );
  element.replaceChildren();
  fill(element, {}, children);
  if (id !== "") document.getElementById(id)?.focus();
  for (const details of element.querySelectorAll("details"))
    if (opened.has(titleOf(details))) details.open = true;
}

/** A labelled choice of one. */
export function select(
  label: string,
  options: readonly { value: string; label: string; group?: string }[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const groups = [...new Set(options.map(({ group }) => group))];
  const entries = (group: string | undefined): HTMLElement[] =>
    options
      .filter((option) => option.group === group)
      .map((option) =>
        h(
          "option",
          { value: option.value, selected: option.value === value },
          option.label,
        ),
      );
  const id = `choose-${label.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return h(
    "label",
    { class: "field" },
    h("span", {}, label),
    h(
      "select",
      {
        id,
        change: (event) => onChange((event.target as HTMLSelectElement).value),
      },
      ...groups.flatMap((group) =>
        group === undefined
          ? entries(group)
          : [h("optgroup", { label: group }, ...entries(group))],
      ),
    ),
  );
}

/** A labelled box to tick. */
export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): HTMLElement {
  return h(
    "label",
    { class: "check" },
    h("input", {
      type: "checkbox",
      id: `check-${label.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`,
      checked,
      change: (event) => onChange((event.target as HTMLInputElement).checked),
    }),
    h("span", {}, label),
  );
}

/** A labelled slider over a list of values. */
export function slider(
  label: string,
  values: readonly (string | number)[],
  index: number,
  onChange: (index: number) => void,
): HTMLElement {
  const shown = h("output", {}, String(values[index]));
  return h(
    "label",
    { class: "field" },
    h("span", {}, label, " ", shown),
    h("input", {
      type: "range",
      min: 0,
      max: values.length - 1,
      step: 1,
      value: index,
      "aria-valuetext": String(values[index]),
      input: (event) => {
        const input = event.target as HTMLInputElement;
        const at = Number(input.value);
        shown.textContent = String(values[at]);
        input.setAttribute("aria-valuetext", String(values[at]));
        onChange(at);
      },
    }),
  );
}
