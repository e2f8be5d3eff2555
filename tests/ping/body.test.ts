import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type Body, bodyLimits, createBodyBudget, readBody } from "../../lib/ping/body.ts";

/** A request whose body is pushed by the test. */
function makeRequest(): IncomingMessage {
  return new IncomingMessage(new Socket());
}

function read(request: IncomingMessage, { keep = 1_000, budget = createBodyBudget(10_000) } = {}): Promise<Body> {
  return new Promise((resolve) => readBody(request, { limits: bodyLimits(keep), budget }, resolve));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a body", () => {
  it("is put together from its pieces, and cut at the limit", async () => {
    const request = makeRequest();
    const body = read(request, { keep: 7 });
    for (const piece of ["ab", "c", "", "defg", "hi"]) request.push(Buffer.from(piece));
    request.push(null);
    expect(await body).toEqual({ kept: Buffer.from("abcdefg"), size: 9, complete: true });
  });

  it("that drips in byte by byte takes little more than its size", async () => {
    const request = makeRequest();
    const body = read(request, { keep: 100_000, budget: createBodyBudget(1_000_000) });
    for (let n = 0; n < 100_000; n += 1) {
      request.push(Buffer.from([n % 251]));
      if (n % 1_000 === 0) await turn();
    }
    request.push(null);
    const { kept } = await body;
    expect(kept?.length).toBe(100_000);
    expect(kept?.every((byte, index) => byte === index % 251)).toBe(true);
    expect(kept?.buffer.byteLength).toBeLessThanOrEqual(200_000);
  });

  it("has no hole where the room for bodies was used up for a moment", async () => {
    const budget = createBodyBudget(10);
    const request = makeRequest();
    const body = read(request, { budget });
    request.push(Buffer.from("first"));
    await turn();
    expect(budget.take(5)).toBe(true);
    request.push(Buffer.from("second"));
    await turn();
    budget.give(5);
    request.push(Buffer.from("third"));
    request.push(null);
    expect(await body).toEqual({ kept: Buffer.from("first"), size: 16, complete: true });
  });
});

describe("when there is little room left", () => {
  it("the body that has taken longest is cut, and the others go on", async () => {
    let now = 0;
    const budget = createBodyBudget(100, () => now);
    const [slow, quick] = [makeRequest(), makeRequest()];
    const bodies = [read(slow, { budget }), read(quick, { budget })];
    slow.push(Buffer.alloc(70));
    await turn();
    now = 2_000;
    quick.push(Buffer.alloc(10));
    expect(await bodies[0]).toMatchObject({ size: 70, complete: false });
    budget.give(70);
    quick.push(Buffer.alloc(20));
    quick.push(null);
    expect(await bodies[1]).toMatchObject({ kept: Buffer.alloc(30), size: 30, complete: true });
  });

  it("none is cut that came a moment ago", async () => {
    const budget = createBodyBudget(100, () => 0);
    const request = makeRequest();
    const body = read(request, { budget });
    request.push(Buffer.alloc(90));
    await turn();
    await turn();
    request.push(null);
    expect(await body).toMatchObject({ size: 90, complete: true });
  });
});
