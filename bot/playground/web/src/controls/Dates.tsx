/** datepicker and timepicker, with the browser's own pickers. */
import { type ControlProps, nameProps } from "./Control";

export function Dates(props: ControlProps) {
  const { element, value, onChange } = props;
  const field = element.type === "datepicker" ? "selected_date" : "selected_time";
  return (
    <input
      {...nameProps(props)}
      className="field field-short"
      type={element.type === "datepicker" ? "date" : "time"}
      value={value[field] ?? ""}
      onChange={(e) => onChange({ ...value, [field]: e.currentTarget.value || null })}
    />
  );
}
