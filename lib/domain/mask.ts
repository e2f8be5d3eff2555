import { maskPatterns, type MaskPattern } from "./mask-pattern.ts";

const MASK = "[masked]";

type Rule = { pattern: RegExp; replacement: string };

const SECRET_NAME =
  "(?:passw(?:or)?d|passphrase|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|credentials?)";

/** Words that follow such a name without being a secret: `using password: YES`. */
const NOT_A_SECRET = "(?!(?:yes|no|true|false|null|none|nil|undefined|\\[masked\\])(?![\\w-]))";

/** Every quantifier is bounded or walks over characters that cannot start the rest: no input takes long. */
const RULES: readonly Rule[] = [
  // Belfry's own addresses: whoever knows one can ping.
  { pattern: /\/ping\/[^\s"'<>\\()[\]{}]+/g, replacement: `/ping/${MASK}` },
  { pattern: /\/p\/[\w-]{8,}\/[^\s"'<>\\()[\]{}]+/g, replacement: `/p/${MASK}` },
  // Addresses that are secrets themselves.
  { pattern: /(hooks\.slack\.com\/\w{1,20}\/)[^\s"'<>]+/gi, replacement: `$1${MASK}` },
  { pattern: /(\/api\/webhooks\/)[^\s"'<>]+/gi, replacement: `$1${MASK}` },
  { pattern: /(\.webhook\.office\.com\/)[^\s"'<>]+/gi, replacement: `$1${MASK}` },
  { pattern: /(api\.telegram\.org\/bot)[^\s"'<>/]+/gi, replacement: `$1${MASK}` },
  { pattern: /(\/hooks\/)[a-z\d]{16}[^\s"'<>]*/gi, replacement: `$1${MASK}` },
  { pattern: /(\.victorops\.com\/integrations\/[\w-]{1,40}\/\d{1,12}\/alert\/)[^\s"'<>]+/gi, replacement: `$1${MASK}` },
  { pattern: /([?&]sig=)[^\s"'<>&]+/gi, replacement: `$1${MASK}` },
  // Credentials in an address: user:password@ and key@.
  { pattern: /([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"']{0,100}):[^\s/?#"'[]{1,300}@/gi, replacement: `$1:${MASK}@` },
  { pattern: /([a-z][a-z0-9+.-]{1,20}:\/\/)[\w-]{16,300}@/gi, replacement: `$1${MASK}@` },
  // Tokens known by their shape.
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replacement: MASK },
  { pattern: /\bgh[pousr]_\w{20,}/g, replacement: MASK },
  { pattern: /\bgithub_pat_\w{20,}/g, replacement: MASK },
  { pattern: /\bglpat-[\w-]{16,}/g, replacement: MASK },
  { pattern: /\bx(?:ox[abeprs]|app)-[\w-]{10,}/g, replacement: MASK },
  { pattern: /\b(?:sk|rk|pk)_(?:live|test)_\w{10,}/g, replacement: MASK },
  { pattern: /\bwhsec_[\w+/=]{10,}/g, replacement: MASK },
  { pattern: /\bsk-[\w-]{20,}/g, replacement: MASK },
  { pattern: /\bAIza[\w-]{30,}/g, replacement: MASK },
  { pattern: /\bya29\.[\w-]{20,}/g, replacement: MASK },
  { pattern: /\b(?:npm|hf|dop_v1|pypi|shpat)[_-]\w{24,}/g, replacement: MASK },
  { pattern: /\bSG\.[\w-]{16,}\.[\w-]{16,}/g, replacement: MASK },
  { pattern: /\bbf[a-z]?_[\w-]{16,}/g, replacement: MASK },
  { pattern: /\btk_[a-z\d]{29}\b/g, replacement: MASK },
  { pattern: /\bsyt_[\w+/=-]{10,}/g, replacement: MASK },
  { pattern: /\bo\.[A-Za-z\d]{32}\b/g, replacement: MASK },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, replacement: MASK },
  { pattern: /\b\d{8,10}:[\w-]{35}\b/g, replacement: MASK },
  // Headers and command lines.
  { pattern: /\b(authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:\w{1,20}\s+)?)[^\s"',;]+/gi, replacement: `$1${MASK}` },
  { pattern: /\b(bearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,}/gi, replacement: `$1${MASK}` },
  { pattern: /\b((?:set-)?cookie["']?\s{0,3}:\s{0,3})[^\n]+/gi, replacement: `$1${MASK}` },
  { pattern: /((?:^|\s)(?:-u|--user|--proxy-user)[ =]["']?[^\s:"']{1,100}):[^\s"']+/gm, replacement: `$1:${MASK}` },
  { pattern: /(\b(?:mysql\w{0,10}|mariadb[\w-]{0,10})\s(?:[^\n]{0,200}\s)?-p)[^\s-]\S*/g, replacement: `$1${MASK}` },
  {
    pattern: new RegExp(`(--?[\\w-]{0,20}${SECRET_NAME}\\s+)${NOT_A_SECRET}[^\\s-]\\S*`, "gi"),
    replacement: `$1${MASK}`,
  },
  // name = value, "name": "value", NAME=value
  {
    pattern: new RegExp(
      `([\\w.-]{0,40}${SECRET_NAME}[\\w.-]{0,20}["']?\\s{0,3}[:=]\\s{0,3})${NOT_A_SECRET}(?:"[^"\\n]{1,500}"|'[^'\\n]{1,500}'|[^\\s,;&"'<>]+)`,
      "gi",
    ),
    replacement: `$1${MASK}`,
  },
  { pattern: /(\bpwd\s{0,3}=\s{0,3})(?![/~.\s])[^\s,;&"']+/gi, replacement: `$1${MASK}` },
];

/**
 * `text` with what looks like a secret replaced by "[masked]": private keys, credentials in addresses, tokens of well-known
 * shapes, values beside telling names, Belfry's own ping addresses, and what a project wants masked beside these. A guess: it
 * cannot know every secret.
 */
export function maskSecrets(text: string, patterns: readonly MaskPattern[] = []): string {
  const own = maskPatterns(maskKeyBlocks(text), patterns, MASK);
  return RULES.reduce((masked, { pattern, replacement }) => masked.replace(pattern, replacement), own);
}

/** Private keys in PEM form, also where the excerpt lacks their first or last line. */
function maskKeyBlocks(text: string): string {
  if (!text.includes("PRIVATE KEY")) return text;
  const whole = text.replace(
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    MASK,
  );
  const end = whole.search(/-----END [A-Z ]{0,30}PRIVATE KEY-----/);
  return end < 0 ? whole : MASK + whole.slice(end).replace(/-----END [A-Z ]{0,30}PRIVATE KEY-----/, "");
}
