import { defineConfig } from "vitest/config";
import about from "./package.json" with { type: "json" };

export default defineConfig({
  define: { VERSION: JSON.stringify(about.version) },
  build: {
    lib: { entry: "src/main.ts", formats: ["iife"], name: "percorsoTag", fileName: () => "tag.js" },
    outDir: "../src/percorso/web/tag",
    emptyOutDir: true,
    target: "es2020",
    minify: true,
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
