import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["TRADELINE_URL"] ?? "http://127.0.0.1:8000";

// React and its companions change seldom, and antd is only for pages that are loaded later: each
// has a chunk of its own, which browsers keep over releases.
const VENDOR = /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack|i18next|react-i18next)[\\/]/;
const ANTD = /node_modules[\\/](antd|@ant-design|@rc-component|dayjs)[\\/]/;

export default defineConfig({
  plugins: [react()],
  build: {
    // The server's own build grows beside the former one, and takes its place at the end.
    outDir: process.env["PORTAL_DIST"] ?? "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2023",
    assetsInlineLimit: 0, // a strict content security policy knows no data: addresses
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "vendor", test: VENDOR },
            { name: "antd", test: ANTD },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/graphql": { target: server, ws: true },
      "/files": { target: server },
    },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] },
});
