/** Links of a Markdown page, moved with the page: to other pages of the site, or to files of the checkout. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const LINK = /(!?)\[([^\]]*)\]\((?:<([^>]*)>|([^)\s]*))\)/g;

/** Text between code fences and the fences themselves, which hold no links, as every second part. */
const CODE = /(^(`{3,})[^\n]*\n[\s\S]*?^\2`*$)/gm;

function outside(markdown, change) {
  let text = "";
  let end = 0;
  for (const match of markdown.matchAll(CODE)) {
    text += change(markdown.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return text + change(markdown.slice(end));
}

function address(from, to) {
  return relative(dirname(from), to).split(sep).join("/");
}

/**
 * The page with its relative links as they must be at its new place.
 *
 * @param markdown  text of a page
 * @param place     { root, source, target, pages }: the checkout; where the page was and goes to, absolute; a map from the absolute
 *   paths of all sources to those of their targets
 * @returns { markdown, dead }: links that lead nowhere are listed; a link to a folder becomes plain text
 */
export function moveLinks(markdown, { root, source, target, pages }) {
  const dead = [];
  const moved = outside(markdown, (text) =>
    text.replaceAll(LINK, (whole, image, label, bracketed, bare) => {
      const [path, fragment] = (bracketed ?? bare).split("#");
      if (path === "" || /^[a-z]+:/i.test(path)) return whole;
      // Pictures of a notebook were written beside its page.
      if (image && existsSync(join(dirname(target), path))) return whole;
      const absolute = join(dirname(source), decodeURI(path));
      const page = pages.get(absolute);
      // Headings of notebooks have other anchors in Jupyter than on the page; the page itself is near enough.
      if (page)
        return `[${label}](${address(target, page)}${fragment && !path.endsWith(".ipynb") ? `#${fragment}` : ""})`;
      if (!absolute.startsWith(root) || !existsSync(absolute)) {
        dead.push(`${address(root + sep, source)}: ${path}`);
        return label;
      }
      if (statSync(absolute).isDirectory()) return label;
      return `${image}[${label}](${address(target, absolute)})`;
    }),
  );
  return { markdown: moved, dead };
}
