"use client";

import { Trouble } from "../components/shell/trouble.tsx";

type Props = { error: unknown; retry: () => void };

export default function ErrorPage({ error, retry }: Props) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : "";
  return <Trouble digest={digest} retry={retry} />;
}
