"use server";

import { refresh } from "next/cache";
import type { ActionResult, FormState } from "../../../components/base/form-state.ts";
import type { ChannelFormValues } from "../../../components/channels/channel-form.tsx";
import type { TestAnswer } from "../../../components/channels/channel-view.ts";
import { createChannel, deleteChannel, testChannel, updateChannel } from "../../../lib/services/channels.ts";
import { replayDelivery } from "../../../lib/services/deliveries.ts";
import { asRecord, asText } from "../../action-input.ts";
import { tryAction, tryForm } from "../../failures.ts";
import { getCtx } from "../../request.ts";

export async function addChannel(projectId: unknown, input: unknown): Promise<FormState<ChannelFormValues> | null> {
  const given = asRecord(input);
  const settings = Object.fromEntries(
    Object.entries(asRecord(given.settings)).map(([name, value]) => [name, asText(value)]),
  );
  const values = { kind: asText(given.kind), name: asText(given.name), settings };
  const failure = await tryForm(values, async () => {
    const name = values.name.trim();
    await createChannel(await getCtx(), {
      projectId: asText(projectId),
      kind: values.kind,
      settings,
      ...(name === "" ? {} : { name }),
    });
  });
  if (failure === null) refresh();
  return failure;
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

/** Puts an alert that did not arrive back into the queue. */
export async function replay(deliveryId: unknown): Promise<ActionResult> {
  const result = await tryAction(async () => {
    await replayDelivery(await getCtx(), { deliveryId: asText(deliveryId) });
    return "It is being sent again.";
  });
  refresh();
  return result;
}
