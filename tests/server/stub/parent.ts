import { startStubPages } from "./site.ts";

// A front that is about to be killed: it says where its pages are.
const pages = startStubPages();
process.stdout.write(`port ${await pages.port()}\n`);
