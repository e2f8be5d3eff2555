import { STATUS_CODES } from "node:http";
import { SECOND, type Millis } from "../domain/time.ts";
import type { Answer } from "../ping/answers.ts";

export type AnswerBytes = (answer: Answer, last: boolean) => Buffer;

/**
 * Answers to GET and POST as they go over the wire, to the byte as Node words them; made anew when the date has changed. Every
 * answer names its own length.
 */
export function createAnswerBytes(keepAliveTimeoutMs: Millis): AnswerBytes {
  const made = new WeakMap<Answer, { second: number; bytes: Buffer }>();
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / SECOND)}\r\n`;
  const write = (answer: Answer, now: number, last: boolean): Buffer => {
    const { status, headers, body } = answer;
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    for (let index = 0; index < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`;
    head += `Date: ${new Date(now).toUTCString()}\r\n${last ? "Connection: close\r\n" : keepAlive}\r\n`;
    return Buffer.from(head + body);
  };
  return (answer, last) => {
    const now = Date.now();
    if (last) return write(answer, now, last);
    const second = Math.floor(now / SECOND);
    const before = made.get(answer);
    if (before?.second === second) return before.bytes;
    const bytes = write(answer, now, last);
    made.set(answer, { second, bytes });
    return bytes;
  };
}
