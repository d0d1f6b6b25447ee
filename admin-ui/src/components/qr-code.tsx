// A QR code, drawn here: the secret in it never leaves the browser. Black on white in both themes, for cameras.
import makeQr from "qrcode-generator";
import { useMemo } from "react";

/** Quiet modules around the code; cameras need them. */
const MARGIN = 4;

export function QrCode({ text, label, size = 184 }: { text: string; label: string; size?: number }) {
  const { path, modules } = useMemo(() => {
    const qr = makeQr(0, "M");
    qr.addData(text);
    qr.make();
    const n = qr.getModuleCount();
    let path = "";
    for (let row = 0; row < n; row++)
      for (let column = 0; column < n; column++)
        if (qr.isDark(row, column)) path += `M${column + MARGIN} ${row + MARGIN}h1v1h-1z`;
    return { path, modules: n + 2 * MARGIN };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${modules} ${modules}`}
      shapeRendering="crispEdges"
      className="shrink-0 rounded-control border border-line"
    >
      <rect width={modules} height={modules} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
