/** What a tamperer does to files. */
import {
	copyFileSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	statSync,
	writeFileSync,
} from "node:fs";

/** Changes one bit of the byte in the middle, or of the first byte of `where`. */
export function flip(file: string, where?: string): void {
	const bytes = readFileSync(file);
	const at = where === undefined ? Math.floor(bytes.length / 2) : bytes.indexOf(where);
	if (at < 0) throw new Error(`'${file}' has no '${where}'`);
	bytes[at] = bytes[at]! ^ 1;
	writeFileSync(file, bytes);
}

/** Cuts the second half off. */
export function truncate(file: string): void {
	truncateSync(file, Math.floor(statSync(file).size / 2));
}

export function swap(one: string, other: string): void {
	renameSync(one, `${one}.swapped`);
	renameSync(other, one);
	renameSync(`${one}.swapped`, other);
}

/** Puts an older file in its place. */
export function replay(file: string, older: string): void {
	copyFileSync(older, file);
}

export function remove(file: string): void {
	rmSync(file);
}

/** Replaces text throughout a file. */
export function rewrite(file: string, from: string, to: string): void {
	const text = readFileSync(file, "utf8");
	if (!text.includes(from)) throw new Error(`'${file}' has no '${from}'`);
	writeFileSync(file, text.replaceAll(from, to));
}
