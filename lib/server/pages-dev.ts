import { createServer } from "node:http";
import next from "next";

// Development only: what the standalone server is to production. Started by pages-child.ts, in the project's folder.
const server = createServer();
const app = next({ dev: true, hostname: "127.0.0.1", httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
const upgrade = app.getUpgradeHandler();
server.on("request", (request, response) => void handle(request, response));
server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head));
server.listen();
