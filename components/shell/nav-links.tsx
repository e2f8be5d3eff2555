"use client";

import { BellOff, CalendarClock, RadioTower, Settings, ShieldAlert } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useOpenIncidents } from "./open-incidents.ts";
import styles from "./shell.module.css";

const LINKS = [
  { href: "/jobs", label: "Jobs", icon: CalendarClock },
  { href: "/incidents", label: "Incidents", icon: ShieldAlert },
  { href: "/calendar", label: "Calendar", icon: BellOff },
  { href: "/channels", label: "Channels", icon: RadioTower },
  { href: "/settings", label: "Project", icon: Settings },
] as const;

/** The main navigation: in the bar on a desk, at the thumb on a phone. */
export function NavLinks({ openIncidents: rendered }: { openIncidents: number }) {
  const path = usePathname();
  const openIncidents = useOpenIncidents(rendered);
  return (
    <nav aria-label="Main" className={styles.nav}>
      {LINKS.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          prefetch={false}
          className={styles.navLink}
          aria-current={path === href ? "page" : path.startsWith(`${href}/`) ? "true" : undefined}
        >
          <Icon size={16} aria-hidden className={styles.navIcon} />
          {label}
          {href === "/incidents" && openIncidents > 0 && (
            <span className={styles.badge} aria-label={`${openIncidents} open`}>
              {openIncidents > 99 ? "99+" : openIncidents}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
