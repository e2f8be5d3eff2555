import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Browser, browserMissing, openBrowser } from "../support/browser.ts";
import { cronMissing, startCronDaemon } from "../support/cron-daemon.ts";
import { eventually } from "../support/eventually.ts";
import { type HttpSink, startHttpSink } from "../support/http-sink.ts";
import { Program } from "../support/program.ts";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.ts";

// A real Debian cron daemon runs real crontab lines with curl; its minute is real time, so all cases run side by side.

const missing = cronMissing() ?? browserMissing();

const MINUTE = 60_000;

type JobView = {
  id: string;
  state: string;
  pings: number;
  runs: { outcome: string; startedAt: string | null; durationMs: number | null; exitCode: number | null }[];
};
type IncidentView = { jobId: string; cause: string; state: string };
type Created = { id: string; pingUrl: string; pingKey: string };

describe("the main job, end to end", () => {
  const work = mkdtempSync(join(tmpdir(), "belfry-main-job-"));
  const cron = startCronDaemon();
  let server: Program;
  let slack: HttpSink;
  let mail: SmtpSink;
  let browser: Browser;
  let project: Created;
  const jobs = new Map<string, Created>();

  const job = (slug: string): Created => {
    const found = jobs.get(slug);
    if (found === undefined) throw new Error(`no job ${slug}`);
    return found;
  };
  const view = (slug: string): Promise<JobView> => server.admin<JobView>("job", "--id", job(slug).id);
  const flag = (name: string): string => join(work, name);

  const createJob = async (slug: string, ...options: string[]): Promise<void> => {
    const created = await server.admin<Created>(
      "create-job",
      "--project",
      project.id,
      "--slug",
      slug,
      "--schedule",
      "* * * * *",
      "--tz",
      "UTC",
      ...options,
    );
    jobs.set(slug, created);
  };

  /** The crontab; without `removed` its last line is gone. */
  const crontab = (withRemoved: boolean): string[] => {
    const curl = "curl -fsS -m 10 --retry 3 -o /dev/null";
    const url = (slug: string): string => job(slug).pingUrl;
    return [
      "SHELL=/bin/sh",
      "PATH=/usr/local/bin:/usr/bin:/bin",
      `* * * * * ${curl} ${url("succeeds")}/start; sleep 1; echo done | ${curl} --data-binary @- ${url("succeeds")}`,
      `* * * * * out=$(sh ${flag("fails.sh")} 2>&1); ${curl} --data-raw "$out" ${url("fails")}/$?`,
      `* * * * * ${curl} ${url("hangs")}/start; sh ${flag("hangs.sh")}; ${curl} ${url("hangs")}`,
      `* * * * * id=$(cat /proc/sys/kernel/random/uuid); ${curl} "${url("overlaps")}/start?rid=$id"; sh ${flag("overlaps.sh")}; ${curl} "${url("overlaps")}?rid=$id"`,
      ...(withRemoved ? [`* * * * * ${curl} "${server.url}/ping/${project.pingKey}/removed"`] : []),
    ];
  };

  beforeEach(({ skip }) => {
    if (missing !== null) skip(missing);
  });

  beforeAll(async () => {
    if (missing !== null) return;
    [slack, mail, browser] = await Promise.all([startHttpSink(), startSmtpSink(), openBrowser()]);
    server = await Program.start({ env: { SMTP_URL: mail.url, ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" } });
    await server.admin("create-user", "--email", "owner@example.org", "--password", "correct horse battery");
    project = await server.admin<Created>("create-project", "--name", "Night shift", "--owner", "owner@example.org");
    await server.admin(
      "create-channel",
      "--project",
      project.id,
      "--kind",
      "slack",
      "--url",
      `${slack.url}/services/T/B/X`,
    );
    await server.admin("create-channel", "--project", project.id, "--kind", "email", "--to", "ops@example.org");
    await createJob("succeeds");
    await createJob("fails");
    await createJob("hangs", "--max-runtime", "20s", "--overlap", "allow");
    await createJob("overlaps");
    await createJob("removed", "--grace", "15s");
    writeFileSync(flag("fails.sh"), "echo 'copying rows'; echo 'error: disk quota exceeded' >&2; exit 3\n");
    writeFileSync(flag("hangs.sh"), "sleep 600\n");
    // The first run outlasts its minute; later ones are short.
    writeFileSync(flag("overlaps.sh"), `if mkdir ${flag("first")} 2>/dev/null; then sleep 75; else sleep 4; fi\n`);
  }, 5 * MINUTE);

  afterAll(async () => {
    await cron.stop();
    await Promise.all([browser?.close(), server?.stop(), slack?.close(), mail?.close()]);
    rmSync(work, { recursive: true, force: true });
  });

  it(
    "finds what goes wrong, tells each once over Slack and mail, and tells the recoveries",
    { timeout: 8 * MINUTE },
    async () => {
      cron.install(crontab(true));

      // One minute: everything has pinged, one job has failed, one will hang, one line will go.
      await eventually(async () => expect((await view("removed")).pings).toBe(1), 2 * MINUTE);
      cron.install(crontab(false));
      await eventually(async () => expect((await view("fails")).state).toBe("down"), 30_000);
      await eventually(async () => expect((await view("hangs")).state).toBe("down"), 2 * MINUTE);

      // From now on what failed and what hung go well again.
      writeFileSync(flag("fails.sh"), "echo copied\n");
      writeFileSync(flag("hangs.sh"), "true\n");
      await eventually(async () => expect((await view("removed")).state).toBe("down"), 3 * MINUTE);
      cron.install(crontab(true));
      await eventually(async () => {
        const { incidents } = await server.admin<{ incidents: IncidentView[] }>("incidents", "--project", project.id);
        expect(incidents.filter((incident) => incident.state === "resolved")).toHaveLength(4);
      }, 3 * MINUTE);

      const expected = [
        "fails opened",
        "fails resolved",
        "hangs opened",
        "hangs resolved",
        "overlaps opened",
        "overlaps resolved",
        "removed opened",
        "removed resolved",
      ];
      await eventually(() => {
        expect(slackAlerts(slack)).toEqual(expected);
        expect(mailAlerts(mail)).toEqual(expected);
      }, 30_000);

      const { incidents } = await server.admin<{ incidents: IncidentView[] }>("incidents", "--project", project.id);
      const causes = incidents.map((incident) => `${slugOf(incident.jobId)} ${incident.cause}`).sort();
      expect(causes).toEqual(["fails failed", "hangs overlong", "overlaps overlap", "removed missed"]);

      const failed = (await view("fails")).runs.find((run) => run.outcome === "failed");
      expect(failed?.exitCode).toBe(3);
      const removed = await view("removed");
      expect(removed.runs.map((run) => run.outcome)).toContain("missed");
      expect(removed.runs.find((run) => run.outcome === "missed")?.startedAt).toBeNull();
      expect((await view("succeeds")).runs.every((run) => run.outcome === "ok" || run.outcome === "running")).toBe(
        true,
      );
    },
  );

  it("sends messages that say what, why and what to do", () => {
    const text = slack.requests
      .map((request) => request.body)
      .find((body) => /FAILED/.test(body) && /exit 3/.test(body));
    expect(text).toContain("disk quota exceeded");
    expect(text).not.toContain(job("fails").id + "/fail");
    const threads = mail.messages.filter((message) => message.subject.includes("fails"));
    expect(threads[1]?.references).toContain(threads[0]?.messageId);
  });

  it("shows the runs and states in the browser", { timeout: 2 * MINUTE }, async () => {
    const page = await browser.signIn(server.url, "owner@example.org", "correct horse battery");
    await page.goto(`${server.url}/`);
    for (const slug of jobs.keys()) await page.getByText(slug, { exact: true }).first().waitFor();
    await page.getByText("fails", { exact: true }).first().click();
    await page
      .getByText("exit 3")
      .or(page.getByRole("cell", { name: "3", exact: true }))
      .first()
      .waitFor();
  });

  const slugOf = (id: string): string => [...jobs].find(([, created]) => created.id === id)?.[0] ?? id;

  const alertOf = (text: string): string => {
    const slug = [...jobs.keys()].find((name) => text.includes(name)) ?? "?";
    return `${slug} ${text.includes("✓") ? "resolved" : "opened"}`;
  };
  const slackAlerts = (sink: HttpSink): string[] => sink.requests.map((request) => alertOf(request.body)).sort();
  const mailAlerts = (sink: SmtpSink): string[] => sink.messages.map((message) => alertOf(message.subject)).sort();
});
