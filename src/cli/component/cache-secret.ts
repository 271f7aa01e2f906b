/** The secret of a user's own by which wherry knows what it wrote into the cache. */
import {
	closeSync,
	constants,
	fstatSync,
	linkSync,
	mkdirSync,
	openSync,
	readSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../../base/make-folders.ts";
import { within } from "../../base/within.ts";

const SECRET_BYTES = 32;
const NAME = "component-cache.key";

/** What is there; undefined where there is none, or where others could have read it. Never throws. */
export function readSecret(folder: string): Uint8Array | undefined {
	try {
		const descriptor = openSync(
			within(folder, NAME),
			constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
		);
		try {
			const stat = fstatSync(descriptor);
			if (!stat.isFile() || stat.size !== SECRET_BYTES || !isOursAlone(stat.mode, stat.uid)) return undefined;
			const secret = new Uint8Array(SECRET_BYTES);
			return readSync(descriptor, secret) === SECRET_BYTES ? secret : undefined;
		} finally {
			closeSync(descriptor);
		}
	} catch {
		return undefined;
	}
}

/** Windows keeps a user's folders to the user by other means than modes. */
function isOursAlone(mode: number, uid: number): boolean {
	return process.platform === "win32" || ((mode & 0o077) === 0 && uid === process.geteuid?.());
}

/**
 * The secret, made where there is none: whole or not at all, and by one of several processes only.
 *
 * @throws what the file system says
 */
export function secretIn(folder: string): Uint8Array {
	const found = readSecret(folder);
	if (found !== undefined) return found;
	const { randomBytes } = process.getBuiltinModule("node:crypto");
	makeFolders(folder, 0o700, { mkdirSync, statSync, dirname });
	const file = within(folder, NAME);
	const own = `${file}.${process.pid}-${randomBytes(8).toString("hex")}`;
	try {
		writeFileSync(own, randomBytes(SECRET_BYTES), { flag: "wx", mode: 0o600 });
		if (!link(own, file) && readSecret(folder) === undefined) {
			// not one that can be trusted: whatever it guarded is made again
			rmSync(file, { force: true });
			linkSync(own, file);
		}
	} finally {
		rmSync(own, { force: true });
	}
	const made = readSecret(folder);
	if (made === undefined) throw new Error(`'${file}' is not a secret`);
	return made;
}

/** False where there is such a file already. */
function link(from: string, to: string): boolean {
	try {
		linkSync(from, to);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}
