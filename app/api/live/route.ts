import type { NextRequest } from "next/server";
import { SECOND } from "../../../lib/domain/time.ts";
import { answerFailure } from "../../api-failures.ts";
import { findVisit } from "../../request.ts";

const LIFE_SIGN_MS = 20 * SECOND;

/** Server-sent events of one project: `change` whenever something in it changed; what changed is asked for afterwards. */
export async function GET(request: NextRequest): Promise<Response> {
  try {
    const visit = await findVisit();
    if (visit === null) return Response.json({ error: "You are signed out." }, { status: 401 });
    const projectId = request.nextUrl.searchParams.get("project") ?? "";
    const feed = createFeed();
    const stop = await visit.screens.watchProject(visit.ctx, { projectId }, () =>
      feed.send("event: change\ndata: {}\n\n"),
    );
    const timer = setInterval(() => feed.send(": still here\n\n"), LIFE_SIGN_MS);
    const end = () => {
      clearInterval(timer);
      stop();
      feed.close();
    };
    if (request.signal.aborted) end();
    request.signal.addEventListener("abort", end);
    return new Response(feed.stream, {
      // Without no-transform Next would compress the stream, and hold events back until its buffer is full.
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" },
    });
  } catch (error) {
    return answerFailure(error);
  }
}

function createFeed() {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const stream = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      opened.enqueue(encoder.encode("retry: 2000\n\n"));
    },
    cancel() {
      controller = null;
    },
  });
  return {
    stream,
    send: (text: string) => controller?.enqueue(encoder.encode(text)),
    close() {
      controller?.close();
      controller = null;
    },
  };
}
