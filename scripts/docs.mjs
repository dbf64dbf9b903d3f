/**
 * Makes the documentation: `npm run docs`; `-- --out DIR` writes it elsewhere than to site/.
 *
 * A static site: README, guide pages, the notebooks as they were executed, the committed study as a page ("Explore"), and the reference
 * of every export from its doc comment, searchable, without a server and without a request to another host. A link that leads nowhere is
 * an error.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { parseArgs } from "node:util";
import { bootstrap } from "./bootstrap.mjs";

const { ROOT, CACHE } = await import("./setup/place.mjs");
const { notebookPage } = await import("./docs/notebookPage.mjs");
const { moveLinks } = await import("./docs/links.mjs");

const STAGE = join(CACHE, "docs");

/** The committed study, opened in the browser, below the site. */
const EXPLORE = "explore/index.html";

function markdownFiles(folder) {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort()
    .map((name) => join(path, name));
}

/** The pages of each group, as absolute paths of their sources. */
function sources() {
  const top = ["CONTRIBUTING.md", "environment.md", "CHANGELOG.md"]
    .map((name) => join(ROOT, name))
    .filter(existsSync);
  const notebooks = readdirSync(join(ROOT, "notebooks"))
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => join(ROOT, "notebooks", name));
  return {
    Guide: [...markdownFiles("docs"), ...top],
    Notebooks: [join(ROOT, "notebooks", "README.md"), ...notebooks],
  };
}

/** Title and text of a page; a notebook's pictures are written beside it. */
function read(source, target) {
  const text = readFileSync(source, "utf8");
  if (source.endsWith(".ipynb")) {
    return notebookPage(JSON.parse(text), (svg, number) => {
      const name = target.replace(/\.md$/, `-${number}.svg`);
      writeFileSync(name, svg);
      return `./${relative(dirname(target), name)}`;
    });
  }
  const [, title, markdown] = /^#\s+(.*)\n([\s\S]*)$/.exec(text);
  return { title, markdown };
}

/** Write every page as TypeDoc reads it; returns their paths and the links that lead nowhere. */
function stage(groups) {
  rmSync(STAGE, { recursive: true, force: true });
  const pages = new Map(
    Object.values(groups)
      .flat()
      .map((source) => [
        source,
        join(STAGE, relative(ROOT, source).replace(/(\.ipynb|\.md)$/, ".md")),
      ]),
  );
  pages.set(join(ROOT, "README.md"), join(STAGE, "README.md"));
  const deadLinks = [];
  const write = (source, front) => {
    const target = pages.get(source);
    mkdirSync(dirname(target), { recursive: true });
    const { title, markdown } = read(source, target);
    const moved = moveLinks(markdown, { root: ROOT, source, target, pages });
    deadLinks.push(...moved.dead);
    writeFileSync(target, front(title) + moved.markdown);
    return target;
  };
  write(join(ROOT, "README.md"), (title) => `# ${title}\n\n`);
  const documents = Object.entries(groups).flatMap(([group, files]) =>
    files.map((source) =>
      write(
        source,
        (title) =>
          `---\ntitle: ${JSON.stringify(title)}\ngroup: ${group}\n---\n\n# ${title}\n\n`,
      ),
    ),
  );
  return { documents, deadLinks };
}

/** The rooms whose exports the reference lists: the package's subpaths. */
function entryPoints() {
  const { exports } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return Object.entries(exports)
    .filter(([path]) => path !== "." && path !== "./package.json")
    .map(([, { default: file }]) =>
      join(ROOT, file.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts")),
    );
}

/** Write the committed study as a page of its own, and lead each page's link to it: TypeDoc writes the address as it stands. */
async function explore(out) {
  for (const name of readdirSync(out, { recursive: true })) {
    if (!name.endsWith(".html") || dirname(name) === ".") continue;
    const path = join(out, name);
    const to = relative(dirname(path), join(out, EXPLORE)).replaceAll(sep, "/");
    const html = readFileSync(path, "utf8");
    writeFileSync(path, html.replaceAll(`href="${EXPLORE}"`, `href="${to}"`));
  }
  const { view } = await import("m2rl");
  const study = join(ROOT, "data", "hard");
  view.exportView(study, join(out, dirname(EXPLORE)), { profile: "full" });
}

async function site(documents, out) {
  const { Application } = await import("typedoc");
  const app = await Application.bootstrap({
    name: "m2rl",
    entryPoints: entryPoints(),
    tsconfig: join(ROOT, "tsconfig.json"),
    exclude: ["test/**"],
    readme: join(STAGE, "README.md"),
    projectDocuments: documents,
    out,
    skipErrorChecking: true, // the tests check types
    disableSources: true, // no address of a repository is assumed
    hideGenerator: true,
    includeVersion: true,
    navigation: { includeGroups: true },
    navigationLinks: { Explore: EXPLORE },
    groupOrder: ["Guide", "Notebooks", "*"],
    logLevel: "Error",
  });
  const project = await app.convert();
  if (!project) throw new Error("docs: the reference could not be read");
  await app.generateDocs(project, out);
  if (app.logger.hasErrors()) throw new Error("docs: TypeDoc reported errors");
}

const { values } = parseArgs({
  options: { out: { type: "string", default: join(ROOT, "site") } },
});
const started = performance.now();
await bootstrap({ quiet: true });
const { documents, deadLinks } = stage(sources());
if (deadLinks.length > 0) {
  console.error(`docs: links that lead nowhere:\n  ${deadLinks.join("\n  ")}`);
  process.exitCode = 1;
} else {
  await site(documents, values.out);
  await explore(values.out);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `docs: ${documents.length + 1} pages and the reference in ${seconds.toFixed(0)} s; open ${join(values.out, "index.html")}`,
  );
}
