import type { Metadata } from "next";
import { Empty } from "../components/base/empty.tsx";
import layout from "../components/base/layout.module.css";
import { LinkButton } from "../components/base/link-button.tsx";
import { Page } from "../components/base/page.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main id="content">
      <Page width="narrow">
        <div className={layout.panel}>
          <Empty
            title="There is nothing here"
            titleAs="h1"
            action={
              <LinkButton href="/jobs" variant="default">
                To the jobs
              </LinkButton>
            }
          >
            The address is wrong, what it named was deleted, or it belongs to a project that you are not a member of.
          </Empty>
        </div>
      </Page>
    </main>
  );
}
