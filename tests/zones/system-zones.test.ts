import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readZoneFolder } from "../../lib/config.ts";
import type { Zone } from "../../lib/domain/zone.ts";
import { openSystemZones, type SystemZones } from "../../lib/zones/system-zones.ts";
import { createTableZone } from "../../lib/zones/zone-table.ts";
import { changesOf } from "../support/zone-differences.ts";

const FOLDER = readZoneFolder();
const system = openSystemZones(FOLDER, null);
const tzdata = join(FOLDER, "tzdata.zi");
const ZIC = "/usr/sbin/zic";

const FROM = Date.UTC(1850, 0);
// Older compilers get Palestine wrong after 2071, in slim files.
const UNTIL = Date.UTC(2071, 0);

function zoneIn(zones: SystemZones | null, name: string): Zone | null {
  const table = zones?.find(name) ?? null;
  return table === null ? null : createTableZone(name, table);
}

/** The release of `tzdata.zi`, compiled as asked. */
function compile(style: "slim" | "fat"): SystemZones | null {
  const folder = mkdtempSync(join(tmpdir(), "belfry-zones-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync(ZIC, ["-b", style, "-d", folder, tzdata]);
  return openSystemZones(folder, null);
}

describe.skipIf(system === null)("the zones of this machine", () => {
  it("are all readable, and say of which release they are", () => {
    expect(system?.version).toMatch(/^\d{4}[a-z]/);
    expect(system?.names.listed.length).toBeGreaterThan(400);
    const unread = system?.names.listed.filter((name) => zoneIn(system, name) === null);
    expect(unread).toEqual([]);
  });

  it("know the present names of old ones, and which to choose from", () => {
    const { listed, renamed, known: all } = system?.names ?? { listed: [], renamed: new Map(), known: [] };
    expect([renamed.get("Asia/Calcutta"), renamed.get("US/Pacific")]).toEqual(["Asia/Kolkata", "America/Los_Angeles"]);
    expect([renamed.has("Europe/Oslo"), renamed.has("CET"), renamed.has("Europe/Riga")]).toEqual([false, false, false]);
    expect(listed).toContain("Europe/Oslo");
    expect(all).toContain("US/Pacific");
  });

  it.each(["../zoneinfo/Europe/Riga", "/etc/localtime", "Europe/../Europe/Riga", "localtime", "posixrules", "Factory"])(
    "do not include %s",
    (name) => expect(system?.find(name)).toBeNull(),
  );

  it.each(["posix/Europe/Riga", "right/Europe/Riga", "tzdata.zi", "zone.tab", "Europe", "Europe/", "", "Europe//Riga"])(
    "nor %j",
    (name) => expect(system?.find(name)).toBeNull(),
  );
});

describe.skipIf(!existsSync(ZIC) || !existsSync(tzdata))("compiled anew", () => {
  it("slim files come to the same as fat ones, change by change, for 220 years", () => {
    const [slim, fat] = [compile("slim"), compile("fat")];
    const names = (system?.names.known ?? []).filter((name) => name !== "Factory");
    expect(names.length).toBeGreaterThan(500);
    for (const name of names) {
      const [one, other] = [zoneIn(slim, name), zoneIn(fat, name)];
      if (one === null || other === null) throw new Error(`${name} cannot be read.`);
      const changes = changesOf(one, FROM, UNTIL);
      expect(changes, name).toEqual(changesOf(other, FROM, UNTIL));
      expect(changes.map(one.offsetAt), name).toEqual(changes.map(other.offsetAt));
    }
  });
});

describe("a machine without zones", () => {
  it("has none", () => expect(openSystemZones("/nowhere", null)).toBeNull());
});
