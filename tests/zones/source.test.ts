import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileSchedule } from "../../lib/domain/schedule.ts";
import { HOUR } from "../../lib/domain/time.ts";
import { findZone, getZone, intlZone, listZoneNames, setZoneSource } from "../../lib/domain/zone.ts";
import { SHIPPED_VERSION } from "../../lib/zones/shipped-zones.ts";
import { installZones, refreshZones, zoneData } from "../../lib/zones/source.ts";
import { compareVersions } from "../../lib/zones/zone-version.ts";
import { makeTzif } from "../support/tzif.ts";

const ENGINE = process.versions["tz"];
const NOON = Date.UTC(2026, 5, 1, 12);
const SIX_AHEAD = makeTzif({ offsets: [6 * 3600] });

let folder: string;
let logged: { file: string; reason: string }[];
const log = pino({}, { write: (line) => logged.push(JSON.parse(line)) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "belfry-zones-"));
  logged = [];
});

afterEach(() => {
  setZoneSource(intlZone);
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

const offsetOf = (name: string) => getZone(name).offsetAt(NOON) / HOUR;

describe("the newest zones are used", () => {
  it.each([
    ["of the system where they are newer", "2099a", { source: "system", version: "2099a" }, 6],
    ["of the system where they are as new", SHIPPED_VERSION, { source: "system", version: SHIPPED_VERSION }, 6],
    ["of Belfry where the system's are older", "2025b", { source: "shipped", version: SHIPPED_VERSION }, 3],
  ] as const)("%s", (_, version, used, hours) => {
    write("tzdata.zi", `# version ${version}\n# This zic input file is in the public domain.\n`);
    write("Europe/Riga", SIX_AHEAD);
    expect(installZones({ folder, log })).toEqual({ system: version, shipped: SHIPPED_VERSION, engine: ENGINE, used });
    expect(offsetOf("Europe/Riga")).toBe(hours);
    expect(zoneData().used).toEqual(used);
  });

  it("whose release may also stand in +VERSION; what tells none is the oldest", () => {
    write("+VERSION", "2099b\n");
    expect(installZones({ folder }).used).toEqual({ source: "system", version: "2099b" });
    rmSync(join(folder, "+VERSION"));
    write("Europe/Riga", SIX_AHEAD);
    expect(installZones({ folder })).toMatchObject({ system: "unknown", used: { source: "shipped" } });
    expect(offsetOf("Europe/Riga")).toBe(3);
  });

  it("without a system's, too", () => {
    expect(installZones({ folder: join(folder, "none") })).toMatchObject({ system: null, used: { source: "shipped" } });
    expect(offsetOf("America/Vancouver")).toBe(-7);
    // The release of this November: the engine still thought otherwise.
    expect(getZone("America/Vancouver").offsetAt(Date.UTC(2026, 11, 1))).toBe(-7 * HOUR);
  });

  it.each([
    ["2026f", "2026c", 1],
    ["2026f", "2026f", 0],
    ["2025z", "2026a", -1],
    ["2026f-dirty", "2026f", 0],
    ["2026z", "2026za", -1],
    ["unknown", "1970a", -1],
    ["unknown", "", 0],
  ])("%s beside %s", (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign));
});

describe("what one source lacks comes from the next", () => {
  it("also a zone that the system alone knows", () => {
    write("tzdata.zi", "# version 2025a\nZ Atlantis/New_City 6 - +06\nL Atlantis/New_City Atlantis/Old_City\n");
    write("zone.tab", "# comment\nXA\t+0000+00000\tAtlantis/New_City\tthe city\n");
    write("Atlantis/New_City", SIX_AHEAD);
    installZones({ folder });
    expect(offsetOf("Atlantis/New_City")).toBe(6);
    expect(["atlantis/new_city", "Atlantis/Old_City"].map((name) => findZone(name)?.name)).toEqual([
      "Atlantis/New_City",
      "Atlantis/New_City",
    ]);
    expect(listZoneNames()).toContain("Atlantis/New_City");
    expect(() => getZone("Atlantis/New_Citty")).toThrow("did you mean Atlantis/New_City?");
  });

  it("and every listed zone is known by its own name", () => {
    installZones();
    const names = listZoneNames();
    expect(names.length).toBeGreaterThan(415);
    expect(names.filter((name) => findZone(name)?.name !== name)).toEqual([]);
    expect(findZone("America/Coyhaique")?.offsetAt(NOON)).toBe(-3 * HOUR);
  });

  it("and a file that cannot be read is told of once", () => {
    write("tzdata.zi", "# version 2099a\n");
    write("Europe/Riga", "not a zone");
    write("Europe/Oslo", Buffer.alloc(100_000));
    mkdirSync(join(folder, "Europe/Tallinn"));
    installZones({ folder, log });
    expect(["Europe/Riga", "Europe/Oslo", "Europe/Tallinn"].map(offsetOf)).toEqual([3, 2, 3]);
    setZoneSource(intlZone);
    installZones({ folder, log: null });
    expect(offsetOf("Europe/Riga")).toBe(3);
    expect(logged).toMatchObject([
      { level: 40, file: join(folder, "Europe/Riga"), reason: "it is no compiled zone" },
      { level: 40, file: join(folder, "Europe/Oslo"), reason: "it is too large for one" },
    ]);
  });

  it("and an alias leads to its zone", () => {
    write("tzdata.zi", "# version 2099a\n");
    write("Europe/Riga", SIX_AHEAD);
    symlinkSync("Riga", join(folder, "Europe/Vilnius"));
    symlinkSync("Nowhere", join(folder, "Europe/Tallinn"));
    symlinkSync("Oslo", join(folder, "Europe/Oslo"));
    installZones({ folder });
    expect(["Europe/Vilnius", "Europe/Tallinn", "Europe/Oslo"].map(offsetOf)).toEqual([6, 3, 2]);
  });

  it("whatever is in the files and is asked for", () => {
    const names = fc.constantFrom(
      "Europe/Riga",
      "europe/riga",
      "UTC",
      "Europe/",
      "../Riga",
      "localtime",
      "\0",
      "Factory",
    );
    fc.assert(
      fc.property(names, fc.string(), fc.uint8Array({ maxLength: 200 }), (name, text, bytes) => {
        write("Europe/Riga", Buffer.concat([SIX_AHEAD.subarray(0, bytes.length % SIX_AHEAD.length), bytes]));
        for (const file of ["tzdata.zi", "+VERSION", "zone.tab", "localtime"]) write(file, text);
        installZones({ folder, log });
        expect(getZone("Europe/Riga").offsetAt(NOON)).toBeTypeOf("number");
        findZone(name);
        findZone(text);
        expect(listZoneNames().length).toBeGreaterThan(400);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a change of the system's zones", () => {
  const RIGA = { kind: "cron", dialect: "vixie", expression: "0 4 * * *", timeZone: "Europe/Riga" } as const;
  const next = () => new Date(compileSchedule(RIGA).next(NOON) ?? 0).toISOString();
  const MINUTE = 60_000;

  function upgrade(version: string, at: number): void {
    write("tzdata.zi", `# version ${version}\n`);
    utimesSync(join(folder, "tzdata.zi"), at, at);
  }

  it("is noticed within a minute, once it has come to rest, and gives new schedules", () => {
    upgrade("2099a", 1);
    write("Europe/Riga", makeTzif({ offsets: [2 * 3600] }));
    installZones({ folder });
    expect(next()).toBe("2026-06-02T02:00:00.000Z");
    expect(refreshZones({}, MINUTE)).toBeNull();
    upgrade("2099b", 2);
    expect(refreshZones({}, 1.9 * MINUTE)).toBeNull();
    expect(refreshZones({}, 2 * MINUTE)).toBeNull();
    // The package is still being unpacked.
    write("Europe/Riga", SIX_AHEAD);
    utimesSync(join(folder, "Europe"), 3, 3);
    expect(refreshZones({}, 2 * MINUTE + 6_000)).toBeNull();
    expect(refreshZones({}, 2 * MINUTE + 7_000)).toBeNull();
    expect(refreshZones({}, 2 * MINUTE + 12_000)).toMatchObject({ used: { source: "system", version: "2099b" } });
    expect(next()).toBe("2026-06-01T22:00:00.000Z");
    expect(refreshZones({}, 4 * MINUTE)).toBeNull();
  });

  it("to none at all leads to the zones that come with Belfry", () => {
    upgrade("2099a", 1);
    installZones({ folder });
    rmSync(join(folder, "tzdata.zi"));
    refreshZones({}, 10 * MINUTE);
    expect(refreshZones({}, 11 * MINUTE)).toMatchObject({ system: "unknown", used: { source: "shipped" } });
  });
});
