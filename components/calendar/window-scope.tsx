import { Fragment } from "react";
import Link from "next/link";
import { Said } from "../base/said.tsx";
import type { WindowView } from "./window-view.ts";

type Props = { window: Pick<WindowView, "jobs" | "tags" | "hosts" | "everywhere"> };

/** Whose alerts wait, in words. */
export function WindowScope({ window: { jobs, tags, hosts, everywhere } }: Props) {
  if (everywhere) return <>The whole project</>;
  const parts = [
    ...jobs.map(({ id, name }) => (
      <Link key={id} href={`/jobs/${id}`}>
        <Said text={name} />
      </Link>
    )),
    ...tags.map((tag) => (
      <span key={`tag ${tag}`}>
        tag <Said text={tag} />
      </span>
    )),
    ...hosts.map((host) => (
      <span key={`host ${host}`}>
        host <Said text={host} />
      </span>
    )),
  ];
  if (parts.length === 0) return <>No job any more</>;
  return parts.map((part, index) => (
    <Fragment key={part.key}>
      {index > 0 && ", "}
      {part}
    </Fragment>
  ));
}
