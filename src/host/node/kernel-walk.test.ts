/** The walk and openat2 answer alike: the same error, or a descriptor of the same thing. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openByWalk } from "./kernel-walk.ts";
import { Kernel } from "./kernel.ts";
import { O_PATH } from "./open-flags.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = fs.constants;

const FLAGS = {
	hold: O_PATH,
	"hold itself": O_PATH | O_NOFOLLOW,
	"hold a directory": O_PATH | O_DIRECTORY,
	"open a directory": O_RDONLY | O_DIRECTORY,
	"open a directory itself": O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
	make: O_WRONLY | O_CREAT | O_EXCL,
};

const PATHS = [
	..."|.|..|./|../|/|/etc|f|f/|f/.|f/..|f/x|nothing|nothing/".split("|"),
	..."d|d/|d/.|d/..|d/../|d/../..|d/f|d/f/|d/new|d/new/|d//sub///f|./d/./f".split("|"),
	..."to-d|to-d/|to-d/..|to-d/f|to-f|to-f/|to-f/x|chain|chain/f|chain/../f".split("|"),
	..."dangling|dangling/|to-new|around|around/|around/x|absolute|absolute/passwd".split("|"),
	..."up|up/|up/f|d/up|d/up/f|d/sub/../../to-d/sub/f|d/\0".split("|"),
	"n".repeat(255),
	"n".repeat(256),
	"d/../".repeat(818),
	"d/../".repeat(819),
	`${"d/../".repeat(818)}f`,
];

function plant(root: string): void {
	fs.mkdirSync(join(root, "d/sub"), { recursive: true });
	for (const name of ["f", "d/f", "d/sub/f"]) fs.writeFileSync(join(root, name), name);
	const links = { "to-d": "d", "to-f": "d/f", chain: "d/../to-d/", dangling: "d/none/f", "to-new": "d/new" };
	const out = { around: "around", absolute: "/etc", up: "..", "d/up": ".." };
	for (const [name, target] of Object.entries({ ...links, ...out })) fs.symlinkSync(target, join(root, name));
}

function tell(root: string, opened: number): string {
	if (opened < 0) return `errno ${-opened}`;
	const { ino } = fs.fstatSync(opened);
	fs.closeSync(opened);
	fs.rmSync(join(root, "d/new"), { force: true });
	fs.rmSync(join(root, "nothing"), { force: true });
	fs.rmSync(join(root, "n".repeat(255)), { force: true });
	return `inode ${ino}`;
}

const kernel = Kernel.find();

for (const [what, flags] of Object.entries(FLAGS)) {
	test(
		`the walk answers as openat2: ${what}`,
		{ skip: kernel === undefined && "only on Linux with openat2" },
		() => {
			assert.ok(kernel !== undefined);
			const root = fs.mkdtempSync(join(tmpdir(), "wherry-walk-"));
			plant(root);
			const directory = fs.openSync(root, O_RDONLY | O_DIRECTORY);
			try {
				for (const path of PATHS) {
					for (const slot of ["first", "second"] as const) {
						const expected = tell(root, kernel.openBeneath(directory, path, flags, slot));
						const answered = tell(root, openByWalk(kernel, directory, path, flags, slot));
						// a file made anew is another one each time
						const made = flags === FLAGS.make && expected.startsWith("inode");
						if (made) assert.match(answered, /^inode/, path);
						else assert.equal(answered, expected, `'${path.slice(0, 80)}' ${what}`);
					}
				}
			} finally {
				fs.closeSync(directory);
				fs.rmSync(root, { recursive: true });
			}
		},
	);
}
