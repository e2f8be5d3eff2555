import { AppError } from "../../../../../../../lib/errors.ts";
import { getRunOutput } from "../../../../../../../lib/services/runs.ts";
import { answerFailure } from "../../../../../../api-failures.ts";
import { readNumber } from "../../../../../../query.ts";
import { getCtx } from "../../../../../../request.ts";

type Context = { params: Promise<{ id: string; number: string }> };

/** A run's output as it came, to be saved: never shown by the browser as a page of ours. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  try {
    const { id, number: text } = await params;
    const number = readNumber(text);
    const output = number === null ? null : await getRunOutput(await getCtx(), { jobId: id, number });
    if (output === null) throw new AppError("not-found", "This run has no output.");
    return new Response(new Uint8Array(output), {
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename="run-${number}.txt"`,
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    return answerFailure(error);
  }
}
