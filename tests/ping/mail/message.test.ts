import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../../lib/ping/mail/message.ts";

const lines = (...text: string[]) => Buffer.from(text.join("\r\n"), "latin1");

async function read(...text: string[]) {
  const { text: body, ...message } = await readMessage(lines(...text));
  return { ...message, text: body.toString() };
}

describe("mails", () => {
  it("subject, sender, text, id and date are read", async () => {
    const mail = await read(
      "From: Backup <backup@nas.example.org>",
      "Subject: =?utf-8?Q?Sicherung_=C3=BCber_Nacht?=",
      " fertig",
      "Message-ID: <1@nas>",
      "Date: Sun, 22 Nov 2026 10:00:00 +0100",
      "",
      "42 files",
    );
    expect(mail).toEqual({
      subject: "Sicherung über Nacht fertig",
      from: "backup@nas.example.org",
      text: "42 files",
      automatic: false,
      messageId: "<1@nas>",
      sentAt: Date.UTC(2026, 10, 22, 9),
    });
  });

  it("of text and HTML the text counts; of HTML alone its words", async () => {
    const html = ["Content-Type: text/html", "", "<p>Backup &amp; check:</p><b>done</b>"];
    const both = ["Subject: x", "Content-Type: multipart/alternative; boundary=b", ""];
    const mail = await read(...both, "--b", "", "plain words", "--b", ...html, "--b--");
    expect(mail.text).toBe("plain words");
    expect((await read("Subject: x", ...html)).text).toBe("Backup & check:\ndone");
  });

  it("encodings and charsets are undone, and unknown ones cost nothing", async () => {
    const encoded = [
      "Content-Type: text/plain; charset=iso-8859-1",
      "Content-Transfer-Encoding: base64",
      "",
      "5GJjIA==",
    ];
    expect((await read("Subject: x", ...encoded)).text).toBe("äbc");
    const junk = ["Subject: x", "Content-Type: text/plain; charset=klingon", "Content-Transfer-Encoding: x-none"];
    expect((await read(...junk, "", "abc")).text).toBe("abc");
    expect((await read("Subject: caf\xe9 \0 \xff", "", "\xff\0")).subject).toMatch(/^caf/);
  });

  it("attachments are left out", async () => {
    const mail = await read(
      "Subject: x",
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "",
      "see the log",
      "--b",
      "Content-Type: text/plain",
      "Content-Disposition: attachment; filename=log.txt",
      "",
      "a secret",
      "--b--",
    );
    expect(mail.text).toBe("see the log");
  });

  it("one that was cut off in the middle is read as far as it goes", async () => {
    const mail = await read("Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "first words");
    expect(mail).toMatchObject({ subject: "x", text: "first words" });
  });

  it.each([
    ["an answer by a machine", ["Auto-Submitted: auto-replied (vacation)", "From: a@b.example"], true],
    ["a bounce", ["Content-Type: multipart/report; report-type=delivery-status; boundary=b"], true],
    ["a mail of cron", ["Auto-Submitted: auto-generated", "From: root@b.example"], false],
    ["an ordinary one", ["From: a@b.example"], false],
  ])("%s is recognised", async (_, headers, automatic) => {
    expect((await read(...headers, "", "text")).automatic).toBe(automatic);
  });
});

describe("what is no mail", () => {
  it.each(["Backup ok: 5 files", "no header\r\n\r\nat all", "\xff\xfe\0\0", ": : :", "\r\n\r\n"])(
    "%j is kept as it is",
    async (text) => {
      expect(await readMessage(lines(text))).toMatchObject({ subject: null, text: lines(text) });
    },
  );

  it("a mail of boxes in boxes is kept as it is", async () => {
    const boxes = Array.from(
      { length: 2_000 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}`,
    );
    const bomb = lines("Subject: x", ...boxes, "", "inside");
    expect((await readMessage(bomb)).text).toEqual(bomb);
  });

  it("only the first ten thousand lines are read", async () => {
    const { text } = await read("Subject: x", "", `begin${"\r\n".repeat(400_000)}end`);
    expect(text).toBe("begin");
  });

  it("any bytes are read, and nothing that cannot be stored comes of them", async () => {
    const header = fc.constantFrom(
      ...["Subject: ", "From: ", "Date: ", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b"],
      ...[
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "--b",
        "--b--",
        "",
        "=?utf-8?b?",
      ],
    );
    const piece = fc.oneof(
      header,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const mail = await readMessage(lines(...pieces));
        expect(Buffer.isBuffer(mail.text)).toBe(true);
        for (const text of [mail.subject, mail.from]) expect(text ?? "").not.toContain("\0");
        expect((mail.subject ?? "").length).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 300 },
    );
  });
});
