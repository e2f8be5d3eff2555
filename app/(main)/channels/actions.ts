"use server";

import { refresh } from "next/cache";
import type { ActionResult, FormAnswer } from "../../../components/base/form-state.ts";
import type { ChannelEditValues } from "../../../components/channels/channel-edit.tsx";
import type { ChannelFormValues } from "../../../components/channels/channel-form.tsx";
import type { TestAnswer } from "../../../components/channels/channel-view.ts";
import { stopSharing } from "../../../lib/services/channel-sharing.ts";
import { testChannel } from "../../../lib/services/channel-trial.ts";
import { createChannel, deleteChannel, type SavedChannel, updateChannel } from "../../../lib/services/channels.ts";
import { replayChannel, replayDelivery, replayInWords } from "../../../lib/services/deliveries.ts";
import { asText } from "../../action-input.ts";
import { parseChannelEdit, parseChannelForm } from "../../channel-form-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

export async function addChannel(projectId: unknown, input: unknown): Promise<FormAnswer<ChannelFormValues>> {
  return save(parseChannelForm(input), async ({ name, ...values }) =>
    createChannel(await getCtx(), {
      projectId: asText(projectId),
      ...values,
      ...(name.trim() === "" ? {} : { name: name.trim() }),
    }),
  );
}

/** Changes a channel's name, its settings, its rules and whom it serves. */
export async function changeChannel(channelId: unknown, input: unknown): Promise<FormAnswer<ChannelEditValues>> {
  return save(parseChannelEdit(input), async (values) =>
    updateChannel(await getCtx(), { channelId: asText(channelId), ...values }),
  );
}

async function save<V extends Record<string, unknown>>(
  values: V,
  work: (values: V) => Promise<SavedChannel>,
): Promise<FormAnswer<V>> {
  let said = "Saved.";
  const failure = await tryForm(values, async () => {
    const { warnings, settingsChanged = false } = await work(values);
    said = ["Saved.", ...(settingsChanged ? ["Send a test to see whether it arrives."] : []), ...warnings].join(" ");
  });
  if (failure !== null) return { failure };
  refresh();
  return { failure: null, said };
}

/** Sends a test and gives the receiver's own answer back. */
export async function sendTest(channelId: unknown): Promise<TestAnswer> {
  let answer: TestAnswer = { failed: "" };
  const result = await tryAction(async () => {
    const { ok, status, answer: words, tookMs } = await testChannel(await getCtx(), { channelId: asText(channelId) });
    answer = { ok, status, answer: words, tookMs };
    return words;
  });
  refresh();
  return result.ok ? answer : { failed: result.message };
}

export async function setChannelEnabled(channelId: unknown, enabled: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await updateChannel(await getCtx(), { channelId: asText(channelId), enabled: enabled === true });
    return enabled === true ? "Switched on." : "Switched off: nothing is sent over it.";
  });
  refresh();
  return result;
}

export async function removeChannel(channelId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await deleteChannel(await getCtx(), { channelId: asText(channelId) });
    return "Deleted.";
  });
  refresh();
  return result;
}

/** The channel of another project is used here no more. */
export async function stopUsing(projectId: unknown, channelId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await stopSharing(await getCtx(), { projectId: asText(projectId), channelId: asText(channelId) });
    return "It is not used here any more.";
  });
  refresh();
  return result;
}

/** Puts an alert that did not arrive back into the queue. */
export async function replay(deliveryId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const { state } = await replayDelivery(await getCtx(), { deliveryId: asText(deliveryId) });
    return state === "pending" ? "It is being sent again." : "What it told of is over: it is closed, not sent again.";
  });
  refresh();
  return result;
}

/** Puts all alerts of a project that did not arrive over a channel back into the queue. */
export async function replayAll(projectId: unknown, channelId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    const asked = { projectId: asText(projectId), channelId: asText(channelId) };
    return replayInWords(await replayChannel(await getCtx(), asked));
  });
  refresh();
  return result;
}
