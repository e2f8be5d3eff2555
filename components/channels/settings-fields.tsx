import { Checkbox } from "@mantine/core";
import type { FieldView, SettingsView } from "./channel-view.ts";
import { SettingInput } from "./setting-input.tsx";

/** By the names of fields; null: none any more. */
export type SettingsValues = Record<string, string | null>;

type Props = {
  fields: readonly FieldView[];
  settings: SettingsView;
  values: SettingsValues;
  errors: Readonly<Record<string, string>>;
  change: (part: SettingsValues) => void;
};

/** The settings of a channel that is there. Secrets are not shown again: left empty, they stay. */
export function SettingsFields({ fields, settings, values, errors, change }: Props) {
  return fields.map((field) => {
    const { name, label, optional = false } = field;
    const kept = settings.kept.includes(name);
    const value = values[name];
    return (
      <div key={name}>
        {value !== null && (
          <SettingInput
            field={kept ? keptField(field) : field}
            value={value ?? ""}
            error={errors[name]}
            onChange={(text) => change({ [name]: text })}
          />
        )}
        {kept && optional && (
          <Checkbox
            mt={6}
            label={`${label}: none any more`}
            checked={value === null}
            onChange={(event) => change({ [name]: event.currentTarget.checked ? null : "" })}
          />
        )}
      </div>
    );
  });
}

function keptField(field: FieldView): FieldView {
  const stays = "Left empty, it stays as it is.";
  return {
    ...field,
    optional: false,
    placeholder: "",
    hint: field.hint === undefined ? stays : `${stays} ${field.hint}`,
  };
}
