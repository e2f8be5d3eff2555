import { MultiSelect } from "@mantine/core";
import { visibleText } from "../base/visible-text.ts";
import type { ProjectChoice } from "./channel-view.ts";

type Props = {
  choices: readonly ProjectChoice[];
  /** Those that it serves already may be kept or left out, whoever looks. */
  served: readonly ProjectChoice[];
  values: string[];
  error: string | undefined;
  change: (next: string[]) => void;
};

/** Which other projects a channel serves; nothing where there is none to choose. */
export function ProjectsField({ choices, served, values, error, change }: Props) {
  const strange = served.filter(({ id }) => !choices.some((choice) => choice.id === id));
  const known = [...choices, ...strange];
  if (known.length === 0) return null;
  return (
    <MultiSelect
      name="projects"
      label="Also for the projects"
      description="Their alerts come here too, by the same rules. You can add projects of which you are an admin."
      data={known.map(({ id, name }) => ({ value: id, label: visibleText(name) }))}
      value={values}
      error={error}
      searchable
      clearable
      onChange={change}
    />
  );
}
