import type { NextConfig } from "next";

const config: NextConfig = {
  // The front starts `.next/standalone/server.js` as its child: see lib/server/pages.ts.
  output: "standalone",
  poweredByHeader: false,
  // `npm run check` has a step of its own for types; Next cannot read TypeScript 7 otherwise.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
  agentRules: false,
};

export default config;
