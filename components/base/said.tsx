import { visibleText } from "./visible-text.ts";

/** Text that came from outside (a ping, a person): it cannot reorder or hide what stands around it. */
export function Said({ text, className }: { text: string; className?: string }) {
  return (
    <bdi dir="auto" className={className}>
      {visibleText(text)}
    </bdi>
  );
}
