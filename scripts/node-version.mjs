// Read by whatever Node there is, however old: no syntax of recent years in here.
const OLDEST = [20, 19];

/** Ends the process with one clear sentence where Node is too old. */
export function requireNode() {
  const found = process.versions.node.split(".").map(Number);
  const good = found[0] > OLDEST[0] || (found[0] === OLDEST[0] && found[1] >= OLDEST[1]);
  if (good) return;
  console.error(
    "Belfry needs Node.js " +
      OLDEST.join(".") +
      " or newer (24 LTS is a good choice); this is " +
      process.versions.node +
      ".",
  );
  process.exit(1);
}
