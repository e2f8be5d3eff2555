import { describe, expect, test } from "vitest";
import { alertIdOf, incidentIdOf, uuidv7 } from "../../lib/store/ids.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const JOB = "018f4a5e-0000-7000-8000-000000000001";

describe("uuidv7", () => {
  test("carries its version and the time", () => {
    const now = Date.UTC(2031, 0, 1);
    const id = uuidv7(now);
    expect(UUID.exec(id)?.[1]).toBe("7");
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(now);
  });

  test("sorts in the order of making, inside a millisecond and when time goes backwards", () => {
    const now = Date.UTC(2032, 0, 1);
    const ids = Array.from({ length: 20_000 }, (_, index) => uuidv7(index < 10_000 ? now : now - index + 0.5));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("ids made from names", () => {
  test("are the same each time and differ with every part of the name", () => {
    const incident = incidentIdOf(JOB, 1);
    expect(incidentIdOf(JOB, 1)).toBe(incident);
    const ids = [
      incident,
      incidentIdOf(JOB, 2),
      incidentIdOf(JOB.replace("1", "2"), 1),
      alertIdOf(incident, "opened", 1),
      alertIdOf(incident, "resolved", 1),
      alertIdOf(incident, "opened", 11),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.map((id) => UUID.exec(id)?.[1])).toEqual(["5", "5", "5", "5", "5", "5"]);
  });

  test("follow RFC 9562, so that any tool can make them again", () => {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("018f4a5e-0000-7000-8000-000000000001"), "incident 7"))'
    expect(incidentIdOf(JOB, 7)).toBe("e438c7e0-ccf6-566e-8148-f411ccfef23c");
  });
});
