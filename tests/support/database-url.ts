/** The database that test files clone. */
export const TEMPLATE = "belfry_template";

/** The same server, another database. */
export function nameInUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
