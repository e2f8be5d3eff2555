"use client";

import { Button } from "@mantine/core";
import { useEffect } from "react";
import { SECOND } from "../../lib/domain/time.ts";
import { Empty } from "../base/empty.tsx";
import layout from "../base/layout.module.css";
import { Page } from "../base/page.tsx";

type Props = { digest: string; retry: () => void };

/** What is shown in place of a page that failed. One that waits for the database tries again by itself. */
export function Trouble({ digest, retry }: Props) {
  const away = digest === "database-away";
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(retry, 3 * SECOND);
    return () => clearInterval(timer);
  }, [away, retry]);

  return (
    <Page width="narrow">
      <div className={layout.panel} role="alert">
        <Empty
          title={titleOf(digest)}
          titleAs="h1"
          action={
            <Button variant="default" onClick={retry}>
              Try again
            </Button>
          }
        >
          <Explanation digest={digest} />
        </Empty>
      </div>
    </Page>
  );
}

function titleOf(digest: string): string {
  if (digest === "database-away") return "The database is away";
  return digest === "forbidden" ? "Your role does not allow this" : "Something broke on this page";
}

function Explanation({ digest }: { digest: string }) {
  if (digest === "database-away") {
    return (
      <>
        Belfry cannot reach its database, so it shows no half-truths. Pings are answered 503 until it is back: clients
        that retry lose nothing. This page tries again by itself every 3 seconds. If it stays away, look at Belfry’s
        log.
      </>
    );
  }
  if (digest === "forbidden") return <>Ask an owner or admin of the project to do it, or to give you another role.</>;
  return (
    <>
      Your jobs are still being watched: pages and pings are apart. Try again; if it stays, look for{" "}
      {digest === "" ? "the error" : <code>{digest}</code>} in Belfry’s log.
    </>
  );
}
