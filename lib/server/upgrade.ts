import { connect } from "node:net";
import type { UpgradeHandler } from "./front.ts";
import type { Pages } from "./pages.ts";

const HOT_RELOAD = "/_next/hmr";

/** Development only: lets the browser's hot reloading through to Next. Every other upgrade is refused. */
export function createHotReload(pages: () => Pages | null): UpgradeHandler {
  return (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    void (async () => {
      const port = request.url?.startsWith(HOT_RELOAD) ? ((await pages()?.port()) ?? null) : null;
      if (port === null) {
        socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
        return;
      }
      const upstream = connect(port, "127.0.0.1");
      upstream.on("error", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
      upstream.on("close", () => socket.destroy());
      upstream.write(requestHead(request.method, request.url, request.rawHeaders));
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    })();
  };
}

function requestHead(method = "GET", url = "/", rawHeaders: readonly string[]): string {
  const lines = rawHeaders.flatMap((value, index) =>
    index % 2 === 0 ? [`${value}: ${rawHeaders[index + 1] ?? ""}`] : [],
  );
  return [`${method} ${url} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
