import tseslint from "typescript-eslint";

export default tseslint.config({ ignores: ["node_modules", "dist"] }, ...tseslint.configs.strict, {
  rules: {
    "@typescript-eslint/consistent-type-imports": "error",
    eqeqeq: "error",
    "no-console": "error",
    "max-lines": ["error", 300],
  },
});
