import type { Program } from "./program.ts";

/** Everything but pages, which take seconds to start. */
export const WITHOUT_PAGES = "pings,sweep,deliver";

export type Created = { id: string; pingUrl: string; pingKey: string };

/** Its owner's first project. */
export async function makeProject(program: Program): Promise<Created> {
  await program.admin("create-user", "--email", "owner@example.org", "--password", "correct horse battery");
  return program.admin<Created>("create-project", "--name", "Night shift", "--owner", "owner@example.org");
}

/** Status of one ping; 0 where no answer came. */
export async function ping(url: string, timeoutMs = 10_000): Promise<number> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
