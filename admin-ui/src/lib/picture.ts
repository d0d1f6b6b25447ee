// Pictures that people choose, as addresses that hold them, small enough to be sent with every page.

/** As long as the server takes. */
const MOST = 100_000;
/** Edges in px that are tried, the best first. */
const EDGES = [320, 200, 128, 64];

const read = (file: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

const opened = (address: string): Promise<HTMLImageElement> =>
  new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error("not a picture"));
    picture.src = address;
  });

/** The picture as it is, or smaller if it has to be. Fails when the file is none. */
export async function shrunk(file: Blob): Promise<string> {
  const address = await read(file);
  const picture = await opened(address);
  if (address.length <= MOST && /^data:image\/(png|jpeg|webp);/.test(address)) return address;
  for (const edge of EDGES) {
    const scale = Math.min(1, edge / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = canvas.toDataURL("image/png");
    if (smaller.length <= MOST) return smaller;
  }
  throw new Error("not a picture");
}
