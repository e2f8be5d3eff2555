/** One way to ping a job, as a line to copy. */
export type PingLine = { name: string; line: string; hint: string };

const QUIET = "curl -fsS -m 10 --retry 5 -o /dev/null";

type Addresses = { pingUrl: string; mailAddress: string | null; schedule: string | null };

/** Lines for a job's own addresses. `schedule` is its crontab expression where it has one. */
export function pingLines({ pingUrl, mailAddress, schedule }: Addresses): PingLine[] {
  const lines = linesFor({ address: pingUrl, query: "", schedule });
  return mailAddress === null ? lines : [...lines, mailLine(mailAddress)];
}

function mailLine(address: string): PingLine {
  return {
    name: "E-mail",
    line: address,
    hint: "A mail to this address is a success, its text the output. With +start, +fail, +log or an exit status before the @ it says that instead; the job’s keywords are looked for in subject and text.",
  };
}

/** Lines that make the job by themselves at the first ping. */
export function creatingLines(pingBase: string, slug: string): PingLine[] {
  return linesFor({ address: `${pingBase}/${slug}`, query: "?create=1", schedule: null });
}

type Target = { address: string; query: string; schedule: string | null };

const ONLY_HERE = "this machine (others reach Belfry once HOST and BASE_URL are set)";

function isLocal(address: string): boolean {
  return /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(address);
}

function linesFor({ address, query, schedule }: Target): PingLine[] {
  const when = schedule !== null && /^\S+( \S+){4}$/.test(schedule) ? schedule : "0 2 * * *";
  return [
    {
      name: "Try it now",
      line: `curl -fsS "${address}${query}"`,
      hint: `One success, from ${isLocal(address) ? ONLY_HERE : "this machine or any other"}. It answers OK, or Created where that makes the job, once the ping is stored.`,
    },
    {
      name: "Crontab",
      line: `${when} /path/to/job.sh; ${QUIET} "${address}/$?${query}"`,
      hint: "Reports the exit status: 0 is a success, anything else a failure.",
    },
    {
      name: "With start and output",
      line: [
        `${QUIET} "${address}/start${query}"`,
        "out=$(/path/to/job.sh 2>&1); status=$?",
        `printf '%s' "$out" | tail -c 100000 | ${QUIET} --data-binary @- "${address}/$status${query}"`,
      ].join("\n"),
      hint: "Start and end give the run time and reveal runs that hang or overlap; the output shows on the run’s page.",
    },
  ];
}
