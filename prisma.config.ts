import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Only for `prisma migrate …` while developing: see CONTRIBUTING.md. The server applies migrations itself.
  datasource: { url: process.env["DATABASE_URL"] ?? "", shadowDatabaseUrl: process.env["DATABASE_URL"] ?? "" },
});
