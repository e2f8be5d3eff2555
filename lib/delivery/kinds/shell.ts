import type { AlertMessage } from "../../domain/message.ts";
import { type Millis, SECOND } from "../../domain/time.ts";
import { AppError } from "../../errors.ts";
import { type ChannelKind, DeliveryError, type SendContext } from "../channel.ts";
import { pageOf } from "../markup/incident.ts";
import { renderPlainText } from "../markup/plain-text.ts";
import { type ProgramEnd, runProgram } from "../program-run.ts";
import { parseSetting } from "../settings/setting.ts";
import { webhookBody } from "./webhook.ts";

export type ShellSettings = { program: string; args: readonly string[] };

const UNAVAILABLE =
  "Belfry runs no programs here: its operator sets SHELL_CHANNELS=allow, which lets operators choose any program on this machine, and restarts it.";

const LIMIT_MS: Millis = 15 * SECOND;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A program on Belfry's own machine. `allowed` is false unless the environment says otherwise. */
export function shellKind(allowed: boolean, limitMs: Millis = LIMIT_MS): ChannelKind<ShellSettings> {
  return {
    kind: "shell",
    label: "Shell command",
    hint: "Runs a program on Belfry's machine, for operators only. It finds the alert in the variables BELFRY_EVENT, BELFRY_VERDICT, BELFRY_TEXT and others, and as JSON on its standard input; exit status 0 says that it took it, within 15 s.",
    operatorsOnly: true,
    fields: [
      { name: "program", label: "Program", placeholder: "/usr/local/bin/ring-the-bell", hint: "Its whole path." },
      {
        name: "arguments",
        label: "Arguments",
        placeholder: "--loud",
        input: "long",
        optional: true,
        hint: "One to a line, passed as they are: no shell reads them.",
      },
    ],
    unavailable: allowed ? null : UNAVAILABLE,
    parseSettings: ({ program, arguments: lines = "" }) => ({
      program: parseSetting(program, {
        field: "program",
        // oxlint-disable-next-line no-control-regex -- a path may hold anything but these.
        pattern: /^\/[^\u0000-\u001f\u007f]{1,1000}$/,
        sentence: "Write the program's whole path, which begins with a slash; its arguments have a field of their own.",
      }),
      args: parseArguments(lines),
    }),
    summary: ({ program }) => program,
    async send({ program, args }, message, context) {
      const env = environmentOf(message, context);
      const stdin = `${JSON.stringify(webhookBody(message, context.deliveryId))}\n`;
      const end = await runProgram({ program, args, env, stdin, limitMs, signal: context.signal });
      if (end.ended === "exit" && end.code === 0)
        return { status: null, answer: end.output.trim() || "Exit status 0", externalId: null };
      throw refusalOf(end, limitMs);
    },
  };
}

/** Every variable is there in every alert: empty where there is nothing to say. */
function environmentOf(message: AlertMessage, { deliveryId, attempt }: SendContext): Record<string, string> {
  const { project, job, incident, run } = message;
  return {
    PATH,
    LANG: "C.UTF-8",
    BELFRY_EVENT: message.event,
    BELFRY_TONE: message.tone,
    BELFRY_VERDICT: message.verdict,
    BELFRY_TEXT: renderPlainText(message),
    BELFRY_AT: new Date(message.at).toISOString(),
    BELFRY_URL: pageOf(message) ?? "",
    BELFRY_ALERT_ID: message.alertId,
    BELFRY_DELIVERY_ID: deliveryId,
    BELFRY_ATTEMPT: String(attempt),
    BELFRY_PROJECT: project?.name ?? "",
    BELFRY_JOB: job?.name ?? "",
    BELFRY_SLUG: job?.slug ?? "",
    BELFRY_INCIDENT_ID: incident?.id ?? "",
    BELFRY_SEVERITY: incident?.severity ?? "",
    BELFRY_CAUSE: incident?.cause ?? "",
    BELFRY_HOST: run?.host ?? "",
    BELFRY_EXIT_CODE: run?.exitCode?.toString() ?? "",
  };
}

/** A program can be repaired within a day, so only one that is not there or may not run is refused for good. */
function refusalOf(end: ProgramEnd, limitMs: Millis): DeliveryError {
  switch (end.ended) {
    case "exit":
      return refused(`Exit status ${end.code}.`, end.output);
    case "killed":
      return refused(`The program was ended by ${end.by}.`, end.output);
    case "time":
      return refused(`The program had not ended after ${limitMs / SECOND} s and was killed.`, end.output);
    case "stopped":
      return refused("Belfry stopped before the program ended.", end.output);
    case "unstarted":
      return unstarted(end.error);
  }
}

function refused(words: string, output: string): DeliveryError {
  return new DeliveryError({ permanent: false, answer: `${words} ${output}`.trim() });
}

const FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "There is no such program on Belfry's machine.",
  EACCES: "Belfry may not run this program: it is no file, or not executable for Belfry's user.",
  ENOEXEC: "This file is no program: a script needs a first line such as #!/bin/sh.",
};

function unstarted({ code = "", message }: NodeJS.ErrnoException): DeliveryError {
  const words = FAILURES[code];
  return new DeliveryError({ permanent: words !== undefined, answer: words ?? message });
}

function parseArguments(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== "");
  // oxlint-disable-next-line no-control-regex -- NUL ends an argument early.
  if (lines.length <= 50 && lines.every((line) => line.length <= 2_000 && !/\u0000/.test(line))) return lines;
  throw new AppError("invalid", "Write at most 50 arguments, one to a line.", "arguments");
}
