/** Puts an image into the store FOLDER, says so, waits for a word on standard input, and gives the image its name. */
import { readSync, writeSync } from "node:fs";
import { ImageStore } from "../../src/store/image-store.ts";
import { putModule } from "./support.ts";

const [folder = ""] = process.argv.slice(2);
const store = ImageStore.open(folder);
const { manifest } = await putModule(store.repository("docker.io/library/held"), "what is held");
writeSync(1, "held\n");
readSync(0, Buffer.alloc(1));
store.tag(manifest.descriptor, "docker.io/library/held:latest");
