/** Key files on Node: reading them, the password, writing a pair. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { Fault } from "../../base/fault.ts";
import { nodeScrypt } from "../../host/node/scrypt.ts";
import { type EmbeddedKey, isEmbeddedKey, readEmbeddedKey } from "../../trust/embedded-keys.ts";
import { openKeyFile } from "../../trust/key-file.ts";
import { parsePublicKey, type PublicKey, type SigningKey } from "../../trust/keys.ts";
import { askPassword, passwordFromStdin } from "../password.ts";
import { readBounded } from "./trust-files.ts";

const KEY_FILE_BYTES_MAX = 64 << 10;
const OWNER_ONLY = 0o600;
const EVERYBODY_READS = 0o644;

/** A public key of a file: for images, or for what is signed inside modules. */
export type FileKey = { readonly file: string } & (
	| { readonly signs: "images"; readonly key: PublicKey }
	| { readonly signs: "modules"; readonly key: EmbeddedKey }
);

/** @throws Fault KEY_INVALID */
export async function readPublicKeyFile(file: string): Promise<FileKey> {
	const bytes = readKeyFile(file, "ls -l *.pub");
	if (isEmbeddedKey(bytes)) return { file, signs: "modules", key: await readEmbeddedKey(bytes, file) };
	return { file, signs: "images", key: await parsePublicKey(new TextDecoder().decode(bytes), file) };
}

/** @throws Fault KEY_INVALID, and USAGE where the password cannot be asked for */
export async function readSigningKeyFile(file: string, passwordStdin: boolean): Promise<SigningKey> {
	const text = new TextDecoder().decode(readKeyFile(file, "wherry trust keygen"));
	return openKeyFile(text, file, () => passwordOf(`Password of ${file}`, passwordStdin), nodeScrypt);
}

/** @throws Fault KEY_INVALID when it cannot be read */
export function readKeyFile(file: string, help: string): Uint8Array {
	const bytes = readBounded(file, KEY_FILE_BYTES_MAX, "KEY_INVALID");
	if (bytes !== undefined) return bytes;
	throw new Fault("KEY_INVALID", `cannot find the key '${file}'`, {
		note: `looked in ${process.cwd()}`,
		help,
	});
}

/** The password of a key: from standard input, from the environment, or typed. */
export async function passwordOf(question: string, fromStdin: boolean): Promise<string> {
	if (fromStdin) return passwordFromStdin();
	const given = process.env["WHERRY_PASSWORD"] ?? process.env["COSIGN_PASSWORD"];
	if (given !== undefined) return given;
	return askPassword(question, ["--password-stdin", "WHERRY_PASSWORD=... in the environment"]);
}

/**
 * Writes both files of a pair, neither of which may be there; the private one is for its owner alone.
 *
 * @throws Fault KEY_INVALID, IO
 */
export function writePair(
	privateFile: string,
	privateContent: string | Uint8Array,
	publicFile: string,
	publicContent: string | Uint8Array,
): void {
	for (const file of [privateFile, publicFile])
		if (existsSync(file))
			throw new Fault("KEY_INVALID", `cannot write the key '${file}'`, {
				note: "there is a file of this name, and what it signed could not be signed again without it",
				help: "wherry trust keygen --output-key-prefix NAME",
			});
	writeNew(privateFile, privateContent, OWNER_ONLY);
	try {
		writeNew(publicFile, publicContent, EVERYBODY_READS);
	} catch (error) {
		rmSync(privateFile);
		throw error;
	}
}

function writeNew(file: string, content: string | Uint8Array, mode: number): void {
	let fd: number | undefined;
	try {
		fd = openSync(file, "wx", mode);
		writeFileSync(fd, content);
		fsyncSync(fd);
	} catch (cause) {
		// half a key is worse than none
		if (fd !== undefined) rmSync(file, { force: true });
		throw new Fault("IO", `cannot write the key '${file}'`, { note: (cause as Error).message, cause });
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}
