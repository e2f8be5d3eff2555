"use client";

type Props = { error: unknown; retry: () => void };

/** Stands in for the whole page, frame and styles included, so it needs nothing of ours. */
export default function GlobalError({ error, retry }: Props) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
  return (
    <html lang="en">
      <body style={{ fontFamily: "system-ui, sans-serif", maxWidth: "36rem", margin: "15vh auto", padding: "0 1rem" }}>
        <title>Something broke · Belfry</title>
        <h1 style={{ fontSize: "1.375rem" }}>Something broke on this page</h1>
        <p>
          Your jobs are still being watched: pages and pings are apart. Try again; if it stays, look at Belfry’s log
          {digest === null ? "." : ` for the code ${digest}.`}
        </p>
        <button type="button" onClick={retry}>
          Try again
        </button>
      </body>
    </html>
  );
}
