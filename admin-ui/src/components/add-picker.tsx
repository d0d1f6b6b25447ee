// A button that opens a list to choose from, and adds what is chosen.
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "./button";
import { type Choice, PickerList } from "./picker";
import { Popover } from "./popover";

interface AddPickerProps {
  label: string;
  choices: Choice[];
  disabled?: boolean;
  onPick: (id: string) => void;
}

export function AddPicker({ label, choices, disabled, onPick }: AddPickerProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        ref={anchor}
        data-add
        look="outline"
        className="self-start"
        icon={<Plus size={14} />}
        aria-haspopup="listbox"
        aria-expanded={open}
        disabled={disabled}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        role="presentation"
        className="flex w-64 flex-col"
      >
        <PickerList
          label={label}
          choices={choices}
          onPick={(choice) => {
            setOpen(false);
            onPick(choice.id);
            anchor.current?.focus();
          }}
        />
      </Popover>
    </>
  );
}
