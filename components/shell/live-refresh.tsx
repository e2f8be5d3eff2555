"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { LiveBadge } from "./live-badge.tsx";
import { useLive } from "./use-live.ts";

/** Keeps a page of the server fresh while something changes in its project; shows where the connection is lost. */
export function LiveRefresh({ projectId }: { projectId: string }) {
  const router = useRouter();
  const state = useLive(projectId, () => startTransition(() => router.refresh()));
  return <LiveBadge state={state} />;
}
