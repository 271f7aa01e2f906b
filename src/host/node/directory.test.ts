import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Fault } from "../../base/fault.ts";
import { openDirectoryBy, type Resolution, resolution } from "./directory.ts";

let place: string;
before(() => {
	place = mkdtempSync(join(tmpdir(), "wherry-grant-"));
	mkdirSync(join(place, "there"));
	writeFileSync(join(place, "file"), "");
	symlinkSync("there", join(place, "link"));
	symlinkSync("loop", join(place, "loop"));
});
after(() => rmSync(place, { recursive: true }));

const best = resolution();
const WAYS: readonly Resolution[] = best === "kernel" ? ["kernel", "descriptors", "paths"] : [best];

const REFUSED = [
	["missing", "GRANT_NOT_FOUND", /no such directory/],
	["file", "GRANT_REFUSED", /not a directory/],
	["loop", "GRANT_REFUSED", /circle/],
] as const;

for (const way of WAYS) {
	test(`by ${way}: a directory and a link to one are granted`, () => {
		openDirectoryBy(way, join(place, "there")).close();
		openDirectoryBy(way, join(place, "link")).close();
	});
	for (const [name, code, note] of REFUSED) {
		test(`by ${way}: ${name} is refused`, () => {
			assert.throws(
				() => openDirectoryBy(way, join(place, name)),
				(error) => {
					assert.ok(error instanceof Fault);
					assert.equal(error.code, code);
					assert.match(error.notes.join(), note);
					return true;
				},
			);
		});
	}
}
