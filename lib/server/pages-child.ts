import { Server } from "node:net";
import { pathToFileURL } from "node:url";

/**
 * First code of the child process that serves the pages: makes the program named on its command line (Next's standalone
 * server) listen on a free loopback port, says which by IPC, answers the front's signs of life and ends with the front.
 */
function main(): void {
  const program = process.argv[2];
  if (program === undefined || process.send === undefined) throw new Error("Belfry starts this file itself.");
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message) => {
    if (message === "alive?") tell("alive");
  });
  listenAnywhere();
  void import(pathToFileURL(program).href);
}

// Next's standalone server reads PORT=0 as 3000 and takes no other way of saying "any free port".
function listenAnywhere(): void {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function listenOnLoopback(this: Server) {
    Server.prototype.listen = listen;
    this.once("listening", () => {
      const address = this.address();
      if (address !== null && typeof address === "object") tell({ port: address.port });
    });
    return Reflect.apply(listen, this, [0, "127.0.0.1"]);
  };
}

function tell(message: "alive" | { port: number }): void {
  if (process.connected) process.send?.(message);
}

main();
