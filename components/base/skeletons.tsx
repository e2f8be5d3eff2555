import { Skeleton } from "@mantine/core";
import { Page } from "./page.tsx";

const rows = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Stands in for a list while it is fetched. */
export function ListSkeleton() {
  return (
    <Page width="wide">
      <Skeleton height={28} width={140} aria-hidden />
      <p role="status" style={{ position: "absolute", clipPath: "inset(50%)" }}>
        Loading…
      </p>
      <div aria-hidden style={{ display: "grid", gap: 8 }}>
        <Skeleton height={64} radius="md" />
        {rows(12).map((row) => (
          <Skeleton key={row} height={34} radius="sm" />
        ))}
      </div>
    </Page>
  );
}

/** Stands in for a page of panels while it is fetched. */
export function PanelsSkeleton() {
  return (
    <Page>
      <Skeleton height={28} width={260} aria-hidden />
      <p role="status" style={{ position: "absolute", clipPath: "inset(50%)" }}>
        Loading…
      </p>
      <div aria-hidden style={{ display: "grid", gap: 20 }}>
        {rows(3).map((row) => (
          <Skeleton key={row} height={150} radius="md" />
        ))}
      </div>
    </Page>
  );
}
