/** The page itself: its HTML, and the files that it loads. */
import { readFileSync } from "node:fs";
import { builtFile } from "../../built.js";

/** What a page may load: its own script, style and data, and nothing from elsewhere. Text of models can therefore never run. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/** The same for a page that is opened from a folder, where "self" is the file system. */
const FILE_POLICY = POLICY.replaceAll("'self'", "'self' file:").replace(
  "connect-src 'self' file:",
  "connect-src 'none'",
);

/** A picture in the address, so that no browser asks for /favicon.ico. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 13V3l5 6 5-6v10' fill='none' stroke='%231f6feb' stroke-width='2.4'/%3E%3C/svg%3E";

/** Text that stands in HTML as it is. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * The HTML of the page.
 *
 * @param mode  "live" for a server, "files" for an export
 */
export function pageHtml(title: string, mode: "live" | "files"): string {
  const meta =
    mode === "files"
      ? `<meta http-equiv="Content-Security-Policy" content="${FILE_POLICY}">\n`
      : "";
  return `<!doctype html>
<html lang="en" data-mode="${mode}">
<head>
<meta charset="utf-8">
${meta}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="m2rl">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="style.css">
<script src="theme.js"></script>
</head>
<body>
<div id="app"><p class="loading">Opening the study …</p></div>
<noscript>This page needs JavaScript.</noscript>
<script src="app.js"></script>
</body>
</html>
`;
}

/** The files that the page loads, by name, with their types. */
export const ASSETS: Readonly<Record<string, string>> = {
  "app.js": "text/javascript; charset=utf-8",
  "theme.js": "text/javascript; charset=utf-8",
  "style.css": "text/css; charset=utf-8",
};

/** The bytes of an asset, from the built library. */
export function asset(name: string): Buffer {
  return readFileSync(builtFile(`../page/${name}`, import.meta.url));
}
