/**
 * A study in the browser: `startView` serves it as a page that follows what happens, read-only, on loopback. What the pages ask
 * (`Resources`) is read from the files that a study writes anyway.
 *
 * @module
 */
export { startView, type View, type ViewOptions } from "./serve/server.js";
