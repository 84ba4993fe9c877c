/* What is checked in scripts beyond their form, which is prettier's. */
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import { flatConfigs as imports } from "eslint-plugin-import-x";
import globals from "globals";

export default defineConfig([
  globalIgnores([".venv", "var/", "staticfiles/", "static/words/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  imports.recommended,
  {
    rules: {
      "array-callback-return": "error",
      curly: "error",
      eqeqeq: "error",
      "import-x/first": "error",
      "import-x/newline-after-import": "error",
      "import-x/no-cycle": "error",
      "import-x/no-duplicates": "error",
      "import-x/order": ["error", { alphabetize: { order: "asc" } }],
      "max-lines": ["error", { max: 300 }],
      "no-alert": "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implicit-coercion": ["error", { allow: ["!!"] }],
      "no-shadow": "error",
      "no-unused-vars": ["error", { args: "all", argsIgnorePattern: "^_", caughtErrors: "all" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  { files: ["static/**/*.js"], languageOptions: { sourceType: "module", globals: globals.browser } },
  { files: ["tests/js/**/*.js", "*.js"], languageOptions: { sourceType: "module", globals: globals.node } },
  /* Runs before the first paint, which no module can. */
  { files: ["static/shared/theme.js"], languageOptions: { sourceType: "script" } },
]);
