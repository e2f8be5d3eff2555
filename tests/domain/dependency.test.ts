import { describe, expect, it } from "vitest";
import { findCircle, type JobLink } from "../../lib/domain/dependency.ts";

const link = (jobId: string, upstreamId: string): JobLink => ({ jobId, upstreamId, upstreamName: upstreamId });
const named = (...ids: string[]) => ids.map((id) => ({ id, name: id }));

describe("who waits for whom", () => {
  it("may be a chain, and two ways to the same job", () => {
    const links = [link("b", "c"), link("b", "d"), link("c", "e"), link("d", "e")];
    expect(findCircle({ jobId: "a", upstreams: named("b", "e") }, links)).toBeNull();
  });

  it("must not be a circle, however long", () => {
    expect(findCircle({ jobId: "a", upstreams: named("b") }, [link("b", "a")])).toEqual(["b"]);
    const links = [link("b", "c"), link("c", "d"), link("d", "a")];
    expect(findCircle({ jobId: "a", upstreams: named("x", "b") }, links)).toEqual(["b", "c", "d"]);
  });

  it("is looked through once only, where there are very many ways", () => {
    const layers = Array.from({ length: 40 }, (_, layer) => [...Array(20).keys()].map((at) => `${layer}-${at}`));
    const links = layers.flatMap((jobs, layer) =>
      jobs.flatMap((job) => (layers[layer + 1] ?? []).map((upstream) => link(job, upstream))),
    );
    expect(findCircle({ jobId: "a", upstreams: named(...(layers[0] ?? [])) }, links)).toBeNull();
  });

  it("ends where others wait for each other already", () => {
    expect(findCircle({ jobId: "a", upstreams: named("b") }, [link("b", "c"), link("c", "b")])).toBeNull();
  });
});
