import { PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import type { FieldView } from "./channel-view.ts";

type Props = { field: FieldView; value: string; error: string | undefined; onChange: (text: string) => void };

/** One setting of a channel, asked for in the way that suits it. */
export function SettingInput({ field, value, error, onChange }: Props) {
  const { name, label, placeholder, hint, optional = false } = field;
  const common = {
    name,
    placeholder,
    value,
    error,
    label: optional ? `${label} (optional)` : label,
    description: hint,
  };
  const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (field.input) {
    case "choice":
      return (
        <Select
          {...common}
          value={value === "" ? null : value}
          data={[...(field.choices ?? [])]}
          allowDeselect={optional}
          onChange={(next) => onChange(next ?? "")}
        />
      );
    case "long":
      return <Textarea {...common} autosize minRows={3} maxRows={12} spellCheck={false} onChange={change} />;
    case "secret":
      return <PasswordInput {...common} autoComplete="new-password" onChange={change} />;
    default:
      return <TextInput {...common} autoComplete="off" spellCheck={false} onChange={change} />;
  }
}
