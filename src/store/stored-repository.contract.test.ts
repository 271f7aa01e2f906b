import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { checkRepository } from "../oci/repository.contract.ts";
import { ImageStore } from "./image-store.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-store-"));
after(() => {
	rmSync(folder, { recursive: true });
});

let count = 0;
checkRepository("the store", () =>
	ImageStore.open(join(folder, String(count++))).repository("docker.io/library/hello"),
);
