"use client";

import { useRouter } from "next/navigation";
import { startTransition, useEffect } from "react";
import { SECOND } from "../../lib/domain/time.ts";

/** Looks again every few seconds while something is under way of which the server does not tell by itself. */
export function RefreshWhile({ active }: { active: boolean }) {
  const router = useRouter();
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => startTransition(() => router.refresh()), 3 * SECOND);
    return () => clearInterval(timer);
  }, [active, router]);
  return null;
}
