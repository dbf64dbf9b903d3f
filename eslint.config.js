/** Lint rules: what the compiler cannot see, with zero warnings; layer directions and cycles are tests (test/structure). */
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** What Node gives every module; the scripts use no more than this. */
const NODE = Object.fromEntries(
  [
    "AbortController",
    "Buffer",
    "URL",
    "clearInterval",
    "clearTimeout",
    "console",
    "fetch",
    "performance",
    "process",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
  ].map((name) => [name, "readonly"]),
);

export default defineConfig(
  globalIgnores([
    "dist/",
    ".cache/",
    ".venv/",
    "notebooks/",
    "reproduced/",
    "site/",
    "data/",
  ]),
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    languageOptions: { globals: NODE },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-properties": [
        "error",
        {
          object: "Math",
          property: "random",
          message: "Use src/random.ts: results must not depend on the run.",
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export a name, so that one thing has one name.",
        },
      ],
      "no-shadow-restricted-names": "error",
      // The compiler's noUnusedLocals sees these too; an underscore marks a parameter that a signature asks for.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // noUncheckedIndexedAccess makes `a[i]!` the honest form inside loops over typed arrays.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/cli.ts", "src/cli/**"],
    rules: { "no-console": "error" },
  },
  {
    // CommonJS, since danfojs-node requires it.
    files: [
      "scripts/setup/tfjs-node/index.js",
      "scripts/setup/request/index.js",
    ],
    languageOptions: {
      sourceType: "commonjs",
      globals: { module: "writable", require: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // Tools read their configuration from a default export.
    files: ["*.config.js", "*.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
