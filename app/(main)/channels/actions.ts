"use server";

import { refresh } from "next/cache";
import type { ActionResult, FormState } from "../../../components/base/form-state.ts";
import type { ChannelFormValues } from "../../../components/channels/channel-form.tsx";
import type { TestAnswer } from "../../../components/channels/channel-view.ts";
import { createChannel, deleteChannel, testChannel, updateChannel } from "../../../lib/services/channels.ts";
import { replayDelivery } from "../../../lib/services/deliveries.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

export async function addChannel(
  projectId: string,
  input: ChannelFormValues,
): Promise<FormState<ChannelFormValues> | null> {
  const settings = Object.fromEntries(
    Object.entries(input.settings ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const values = { kind: String(input.kind), name: String(input.name), settings };
  const failure = await tryForm(values, async () => {
    const name = values.name.trim();
    await createChannel(await getCtx(), {
      projectId: String(projectId),
      kind: values.kind,
      settings,
      ...(name === "" ? {} : { name }),
    });
  });
  if (failure === null) refresh();
  return failure;
}

/** Sends a test and gives the receiver's own answer back. */
export async function sendTest(channelId: string): Promise<TestAnswer> {
  let answer: TestAnswer = { failed: "" };
  const result = await tryAction(async () => {
    const { ok, status, answer: words, tookMs } = await testChannel(await getCtx(), { channelId: String(channelId) });
    answer = { ok, status, answer: words, tookMs };
    return words;
  });
  refresh();
  return result.ok ? answer : { failed: result.message };
}

export async function setChannelEnabled(channelId: string, enabled: boolean): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await updateChannel(await getCtx(), { channelId: String(channelId), enabled: enabled === true });
    return enabled ? "Switched on." : "Switched off: nothing is sent over it.";
  });
  refresh();
  return result;
}

export async function removeChannel(channelId: string): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await deleteChannel(await getCtx(), { channelId: String(channelId) });
    return "Deleted.";
  });
  refresh();
  return result;
}

/** Puts an alert that did not arrive back into the queue. */
export async function replay(deliveryId: string): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await replayDelivery(await getCtx(), { deliveryId: String(deliveryId) });
    return "It is being sent again.";
  });
  refresh();
  return result;
}
