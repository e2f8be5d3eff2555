import { screenProcess } from "../../../../lib/services/process.ts";
import { unsubscribe } from "../../../../lib/services/unsubscribe.ts";
import { answerFailure } from "../../../api-failures.ts";

type Context = { params: Promise<{ token: string }> };

/** A person who follows the link is asked first. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const { token } = await params;
  return new Response(null, {
    status: 303,
    headers: { location: `/unsubscribe/${encodeURIComponent(token)}`, "cache-control": "no-store" },
  });
}

/** Unsubscribes at once (RFC 8058): a mail program sends it when its reader asks it to. */
export async function POST(_request: Request, { params }: Context): Promise<Response> {
  try {
    const { services } = await screenProcess();
    await unsubscribe(services, (await params).token);
    return new Response("Unsubscribed.\n", { headers: { "cache-control": "no-store" } });
  } catch (error) {
    return answerFailure(error);
  }
}
