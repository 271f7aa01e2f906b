/** Writes src/oci/sha256-code.ts from tools/sha256.wat. With `--check` it only says whether it is current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import loadWabt from "wabt";

const root = resolve(import.meta.dirname, "..");
const FILE = join(root, "src/oci/sha256-code.ts");

if (import.meta.main) {
	const text = await codeOfSha256();
	if (!process.argv.includes("--check")) writeFileSync(FILE, text);
	else if (readFileSync(FILE, "utf8") !== text) {
		process.stderr.write("src/oci/sha256-code.ts is out of date: node tools/sha256.ts\n");
		process.exitCode = 1;
	}
}

/** What src/oci/sha256-code.ts is to say. */
export async function codeOfSha256(): Promise<string> {
	const wabt = await loadWabt();
	// a copy, because wabt reads all of the buffer behind a view
	const parsed = wabt.parseWat("sha256.wat", new Uint8Array(readFileSync(join(root, "tools/sha256.wat"))));
	const code = Buffer.from(parsed.toBinary({}).buffer).toString("base64");
	return `/** Written by tools/sha256.ts from tools/sha256.wat. */
export const SHA256_CODE =
	"${code}";
`;
}
