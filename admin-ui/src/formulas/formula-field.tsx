// A formula in a form: what it is for, the editor, and what is wrong with it.
import { FormulaEditor, type FormulaEditorProps } from "./formula-editor";

export function FormulaField({ error, ...editor }: FormulaEditorProps & { error?: string | undefined }) {
  return (
    <div className="flex flex-col gap-1">
      <h3 className="font-medium text-text-2 text-xs">{editor.label}</h3>
      <FormulaEditor {...editor} invalid={Boolean(error)} />
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
    </div>
  );
}
