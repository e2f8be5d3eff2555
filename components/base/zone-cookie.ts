/** Carries the viewer's time zone, so that pages arrive in it. Set by the browser, read by the server. */
export const ZONE_COOKIE = "belfry_zone";
