import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskSecrets } from "../../lib/domain/mask.ts";

// Put together at run time, so that no scanner takes them for real ones.
const GITHUB = `ghp_${"a1B2".repeat(9)}`;
const AWS = `AKIA${"ABCD1234".repeat(2)}`;
const SLACK = `xoxb-${"12345678-".repeat(2)}abcdefgh`;
const JWT = `eyJ${"hbGciOiJI".repeat(2)}.eyJ${"zdWIiOiIx".repeat(2)}.${"SflKxw".repeat(4)}`;
const STRIPE = `sk_live_${"4eC39HqL".repeat(3)}`;
const NTFY = `tk_${"a1b2c3d4".repeat(3)}e5f6g`;
const MATRIX = `syt_${"YmVsZnJ5".repeat(2)}_AbCdEfGh_1a2b3c`;
const PUSHBULLET = `o.${"AbC1".repeat(8)}`;
const KEY_BLOCK = (body: string) => `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`;

describe("secrets are masked", () => {
  test.each([
    ["password=hunter2", "password=[masked]"],
    ['"db_password": "hun ter2",', '"db_password": [masked],'],
    ["export PGPASSWORD='x y'; psql", "export PGPASSWORD=[masked]; psql"],
    ["API-KEY: abc123 end", "API-KEY: [masked] end"],
    ["GET /x?access_token=abc&y=1", "GET /x?access_token=[masked]&y=1"],
    ["restic --password-file x --token abc", "restic --password-file x --token [masked]"],
    ["postgres://app:s3cr3t@db:5432/x", "postgres://app:[masked]@db:5432/x"],
    ["https://0123456789abcdef0123456789abcdef@sentry.example.org/7", "https://[masked]@sentry.example.org/7"],
    ["Authorization: Bearer abc.def", "Authorization: Bearer [masked]"],
    ["authorization=Basic dXNlcjpwYXNz", "authorization=Basic [masked]"],
    ["curl -u ada:lovelace https://x", "curl -u ada:[masked] https://x"],
    ["mysqldump -uroot -phunter2 shop", "mysqldump -uroot -p[masked] shop"],
    ["Set-Cookie: sid=1; Path=/", "Set-Cookie: [masked]"],
    [`token ${GITHUB}`, "token [masked]"],
    [`id ${AWS}.`, "id [masked]."],
    [`using ${SLACK}`, "using [masked]"],
    [`jwt ${JWT}`, "jwt [masked]"],
    [`stripe ${STRIPE}`, "stripe [masked]"],
    ["post https://hooks.slack.com/services/T0/B0/xyz now", "post https://hooks.slack.com/services/[masked] now"],
    ["https://discord.com/api/webhooks/1/abc", "https://discord.com/api/webhooks/[masked]"],
    [
      "https://mm.example.org/hooks/abcdefghijklmnopqrstuvwxyz is gone",
      "https://mm.example.org/hooks/[masked] is gone",
    ],
    [
      "https://x.logic.azure.com/invoke?sp=%2F&sig=a-b_c&v=1",
      "https://x.logic.azure.com/invoke?sp=%2F&sig=[masked]&v=1",
    ],
    [
      "https://alert.victorops.com/integrations/generic/20131114/alert/0b8e-1/ops",
      "https://alert.victorops.com/integrations/generic/20131114/alert/[masked]",
    ],
    [`ntfy ${NTFY}`, "ntfy [masked]"],
    [`matrix ${MATRIX}`, "matrix [masked]"],
    [`push ${PUSHBULLET}`, "push [masked]"],
    ["sh /usr/lib/hooks/before-backup.sh", "sh /usr/lib/hooks/before-backup.sh"],
    ["curl https://b/ping/0b8e/start || true", "curl https://b/ping/[masked] || true"],
    ["bfp_0123456789abcdefghijklmn", "[masked]"],
    [`a\n${KEY_BLOCK("MIIEow")}\nb`, "a\n[masked]\nb"],
    ["MIIEow\n-----END RSA PRIVATE KEY-----\nb", "[masked]\nb"],
  ])("%j", (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
    expect(maskSecrets(masked)).toBe(masked);
  });
});

test.each([
  "password authentication failed for user app (using password: YES)",
  "commit 4f2a9c1e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39",
  "PWD=/root/backup",
  "basic functionality test",
  "uploaded 1024:2048 in 12:30:45",
  "no token: none",
  "ping statistics: 3 packets",
])("harmless text stays: %j", (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test("no input takes long", () => {
  const nasty = ["a", "password", "://", "mysql -", "-u ", '"', "authorization: ", "token=", "eyJ", " "];
  fc.assert(
    fc.property(fc.constantFrom(...nasty), fc.constantFrom(...nasty), (one, two) => {
      const text = (one + two).repeat(Math.ceil(32_768 / (one.length + two.length)));
      const startedAt = performance.now();
      maskSecrets(text);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }),
  );
});
