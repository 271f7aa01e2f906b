import { createHash, randomBytes } from "node:crypto";
import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A small tree on the host's disk. Only parts of it are granted to the guest:
 *
 *     outside/            never granted; its contents and one of its names are secret
 *     granted/            granted as /g, to read and write
 *     readonly/           granted as /ro, to read
 *
 * Each of the three holds file.txt, sub/inner.txt, sub/deeper/ and empty/.
 */
export interface World {
	readonly root: string;
	/** Text that stands in every file of outside/ and nowhere else. */
	readonly secret: string;
	/** A name in outside/ that no attempt speaks. */
	readonly secretName: string;
	/** The path of something in the tree: `path("outside/file.txt")`. */
	path(name: string): string;
	/** Plants a symbolic link to something in the tree, by its absolute path. */
	link(target: string, name: string): void;
	remove(): void;
}

export function makeWorld(): World {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "wherry-escape-")));
	const mark = randomBytes(8).toString("hex");
	const secret = `CANARY-${mark}`;
	const secretName = `unspoken-${mark}`;
	plant(root, "outside", secret);
	plant(root, "granted", "inside");
	plant(root, "readonly", "inside");
	writeFileSync(join(root, "outside", secretName), secret);
	return {
		root,
		secret,
		secretName,
		path: (name) => join(root, name),
		link: (target, name) => {
			symlinkSync(join(root, target), join(root, name));
		},
		remove: () => {
			rmSync(root, { recursive: true, force: true });
		},
	};
}

function plant(root: string, name: string, text: string): void {
	for (const folder of ["sub/deeper", "empty"]) mkdirSync(join(root, name, folder), { recursive: true });
	writeFileSync(join(root, name, "file.txt"), `${text}\n`);
	writeFileSync(join(root, name, "sub/inner.txt"), `${text}\n`);
}

/** The grants of most attempts: descriptor 3 is /g, 4 is /ro, 5 the virtual root. */
export function usualGrants(world: World): string[] {
	return ["-v", `${world.path("granted")}:/g`, "-v", `${world.path("readonly")}:/ro:ro`];
}

/**
 * One line for each file beneath `folder`: path, type, mode, owner, links, size, times of the last
 * change, contents. Two equal snapshots mean that nothing was written, made, removed or touched.
 */
export function snapshot(folder: string): string[] {
	const lines: string[] = [];
	visit(folder, ".", lines);
	return lines;
}

function visit(folder: string, name: string, lines: string[]): void {
	const path = join(folder, name);
	const stat = lstatSync(path, { bigint: true });
	const facts = [stat.mode.toString(8), stat.uid, stat.nlink, stat.ino, stat.mtimeNs, stat.ctimeNs];
	if (stat.isDirectory()) {
		lines.push([name, ...facts].join(" "));
		for (const entry of readdirSync(path).sort()) visit(folder, join(name, entry), lines);
	} else lines.push([name, ...facts, contentsOf(path, stat)].join(" "));
}

function contentsOf(path: string, stat: { isFile(): boolean; isSymbolicLink(): boolean }): string {
	if (stat.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
	if (!stat.isFile()) return "";
	return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Whether any file beneath `folder` holds `text` in its contents or its name. Links are not followed. */
export function holds(folder: string, text: string): boolean {
	// readdir's own `recursive` goes through links, and in a circle
	return readdirSync(folder, { withFileTypes: true }).some((entry) => {
		const path = join(folder, entry.name);
		if (entry.name.includes(text)) return true;
		if (entry.isDirectory()) return holds(path, text);
		return entry.isFile() && readFileSync(path, "latin1").includes(text);
	});
}
