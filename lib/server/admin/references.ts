import { AppError } from "../../errors.ts";
import { isUuid, requireProject } from "../../services/access.ts";
import type { Ctx } from "../../services/context.ts";
import { listNamed, type NamedKind, type NamedRecord } from "../../store/names.ts";
import type { Options, OptionSpec } from "./arguments.ts";

const KINDS: readonly NamedKind[] = ["project", "channel", "job"];
const NAMED_BY: Readonly<Record<NamedKind, string>> = { project: "name", channel: "name", job: "slug or name" };
/** How many an error names. */
const MOST_NAMED = 20;

/**
 * The options with ids where people wrote what they call a project, a channel or a job; channels and jobs are looked for
 * in the project of `--project` where there is one.
 * @throws AppError `not-found` for a word that names nothing, `invalid` for one that names several; both say which there are.
 */
export async function resolveReferences(ctx: Ctx, specs: readonly OptionSpec[], options: Options): Promise<Options> {
  const resolved = new Map(options);
  // Projects come first: the others are looked for in theirs.
  for (const kind of KINDS) {
    for (const { name } of specs.filter(({ refers }) => refers === kind)) {
      const word = options.get(name);
      const projectId = kind === "project" ? null : (resolved.get("project") ?? null);
      if (word !== undefined && !isUuid(word)) resolved.set(name, await idOf(ctx, { kind, word, projectId, name }));
    }
  }
  return resolved;
}

type Asked = { kind: NamedKind; word: string; projectId: string | null; name: string };

async function idOf(ctx: Ctx, asked: Asked): Promise<string> {
  const { kind, word, projectId, name } = asked;
  const { pool } = ctx.database;
  const limit = MOST_NAMED + 1;
  const named = await listNamed(pool, { kind, word, projectId, limit });
  const [best, ...others] = named.filter(({ rank }) => rank === named[0]?.rank);
  if (best === undefined) {
    if (projectId !== null) await requireProject(ctx, projectId, "see");
    const all = await listNamed(pool, { kind, word: null, projectId, limit });
    throw new AppError("not-found", unknownSentence(asked, all), name);
  }
  if (others.length === 0) return best.id;
  const list = listOf([best, ...others], projectId);
  throw new AppError("invalid", `"${word}" names more than one ${kind}; give an id: ${list}.`, name);
}

function unknownSentence({ kind, word, projectId }: Asked, all: readonly NamedRecord[]): string {
  const place = projectId === null ? "" : " in this project";
  const missing = `There is no ${kind} with the id "${word.slice(0, 80)}"${place}, nor one of that ${NAMED_BY[kind]}.`;
  if (all.length === 0) return `${missing} There is none yet: make one with create-${kind}.`;
  return `${missing} There ${all.length === 1 ? "is" : "are"} ${listOf(all, projectId)}.`;
}

/** `"Night shift" (0198…), "Day shift" (0199…) and more` */
function listOf(things: readonly NamedRecord[], projectId: string | null): string {
  const parts = things.slice(0, MOST_NAMED).map(({ id, label, project }) => {
    const place = project === null || projectId !== null ? "" : ` of "${project}"`;
    return `"${label}"${place} (${id})`;
  });
  return `${parts.join(", ")}${things.length > MOST_NAMED ? " and more" : ""}`;
}
