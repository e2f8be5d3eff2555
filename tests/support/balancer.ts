import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Spreads TCP connections over several servers, as a load balancer does that sees when one is gone. */
export type Balancer = { url: string; close(): Promise<void> };

/** @param ports of servers on this machine; any of them may come and go. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;

  function pass(client: Socket, attempts: number): void {
    const upstream = connect(ports[turn++ % ports.length] ?? 0, "127.0.0.1");
    sockets.add(upstream);
    let connected = false;
    upstream.once("connect", () => {
      connected = true;
      client.pipe(upstream).pipe(client);
    });
    upstream.on("error", () => {
      if (!connected && attempts > 1 && !client.destroyed) pass(client, attempts - 1);
      else client.destroy();
    });
    upstream.on("close", () => {
      sockets.delete(upstream);
      if (connected) client.destroy();
    });
    client.on("close", () => upstream.destroy());
  }

  const server = createServer({ pauseOnConnect: true }, (client) => {
    sockets.add(client);
    client.on("error", () => client.destroy()).on("close", () => sockets.delete(client));
    pass(client, ports.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The balancer has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
