/** One job cannot do its work without the other. */
export type JobLink = { jobId: string; upstreamId: string; upstreamName: string };

/** A job, and what it is to wait for. */
export type Waiting = { jobId: string; upstreams: readonly { id: string; name: string }[] };

/**
 * Over which jobs one of the upstreams waits for the job already: their names, from the upstream to the last one before
 * the job. Two that waited for each other would hold back each other's alerts for ever. Null where none does.
 * @param links who waits for whom, at least among all that the upstreams wait for.
 */
export function findCircle({ jobId, upstreams }: Waiting, links: readonly JobLink[]): string[] | null {
  const above = new Map<string, JobLink[]>();
  for (const link of links) above.set(link.jobId, [...(above.get(link.jobId) ?? []), link]);
  const seen = new Set(upstreams.map(({ id }) => id));
  const ways = upstreams.map(({ id, name }) => ({ id, names: [name] }));
  for (const { id, names } of ways) {
    for (const { upstreamId, upstreamName } of above.get(id) ?? []) {
      if (upstreamId === jobId) return names;
      if (seen.has(upstreamId)) continue;
      seen.add(upstreamId);
      ways.push({ id: upstreamId, names: [...names, upstreamName] });
    }
  }
  return null;
}
