// The mark of the workspace: its own logo, or that of the product.
import { brand } from "@/lib/brand";
import { useCell } from "@/lib/cell";
import { Logo } from "./logo";

export function BrandMark({ size }: { size: number }) {
  const { logo } = useCell(brand);
  if (!logo) return <Logo size={size} />;
  return (
    <img
      src={logo}
      alt=""
      height={size}
      style={{ height: size, minWidth: size, maxWidth: size * 4 }}
      className="shrink-0 object-contain"
    />
  );
}
